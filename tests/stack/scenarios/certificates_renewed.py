"""Both sides move to certificates of another authority, one step after the other, without a reload and without a gap."""

import os

import _paths  # noqa: F401
import certificates
import secured
from scenario import check, main, note, wait_until
from steady import Steady

# Values are shown for three intervals: longer than a restart of the broker takes.
INTERVAL = "5s"


def put(path, *parts):
    """Writes the parts' content to `path`, which appears at once."""
    with open(path + ".new", "wb") as file:
        for part in parts:
            with open(part, "rb") as source:
                file.write(source.read())
    os.replace(path + ".new", path)


def run(case):
    broker = secured.Secured(case)
    broker.grant_least("klaxon")
    case.load(broker.name, topics=3, partitions=12, groups=4)
    own = {name: os.path.join(case.folder, name) for name in ("trust.crt", "client.crt", "client.key")}
    put(own["trust.crt"], broker.file("ca.crt"))
    put(own["client.crt"], broker.file("client.crt"))
    put(own["client.key"], broker.file("client.key"))
    keys = {"ssl_ca_location": own["trust.crt"], "ssl_certificate_location": own["client.crt"], "ssl_key_location": own["client.key"]}
    clusters = {"main": broker.options("mtls", **keys)}
    agent = case.klaxon("--config", secured.write_configuration(os.path.join(case.folder, "klaxon.yaml"), clusters, INTERVAL))
    wait_until("the cluster is read", 60, lambda: bool(agent.metrics().series("kafka_consumergroup_lag", cluster="main")))
    steady = Steady(agent, ["main"], problems=False)
    case.at_exit(steady.stop)

    def polls_after(what):
        before = agent.metrics().value("klaxon_collector_last_success_timestamp_seconds", cluster="main", collector="kafka")
        took = wait_until(f"a good poll after {what}", 60, lambda: agent.metrics().value(
            "klaxon_collector_last_success_timestamp_seconds", cluster="main", collector="kafka") > before)
        check(not agent.metrics().series("klaxon_collector_problem", cluster="main"), f"polls are good after {what} ({took:.1f} s)")

    both, mtls = os.path.join(case.folder, "both.crt"), "listener.name.mtls.ssl."
    put(both, broker.file("ca.crt"), broker.file("other-ca.crt"))
    put(own["trust.crt"], both)
    broker.alter_config("brokers", "1", "--add-config", f"{mtls}truststore.location={both}")
    polls_after("both sides trust both authorities")
    certificates.issue(broker.certificates, "client-new", *certificates.CLIENTS["client-stranger"])
    put(own["client.key"], broker.file("client-new.key"))
    put(own["client.crt"], broker.file("client-new.crt"))
    polls_after("klaxon has a certificate of the new authority")
    new = f"{mtls}keystore.location={broker.file('stranger.pem')},{mtls}truststore.location={broker.file('other-ca.crt')}"
    broker.alter_config("brokers", "1", "--add-config", new)
    put(own["trust.crt"], broker.file("other-ca.crt"))
    polls_after("the broker has one, too, and neither side trusts the old authority")
    connections = broker.socket_metric("mtls", "connection-creation-total")
    case.stack.run("stop", broker.name)
    case.stack.run("start", broker.name)
    wait_until("klaxon connects again", 60, lambda: broker.socket_metric("mtls", "connection-creation-total") > 0)
    polls_after("the broker was restarted, so that every connection is new")
    note(f"{connections} connections with the old certificates")
    steady.judge()
    agent.terminate()


main(run)
