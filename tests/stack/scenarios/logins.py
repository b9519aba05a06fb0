"""Every mechanism at every listener: klaxon logs in with the least privileges, sees what Kafka's own tools see, and reads records."""

import json
import os

import _paths  # noqa: F401
import certificates
import diff
import secured
from scenario import check, main, note, wait_until
from token_server import TokenServer

LOGINS = [
    ("sasl", "PLAIN"),
    ("sasl", "SCRAM-SHA-256"),
    ("sasl", "SCRAM-SHA-512"),
    ("saslssl", "PLAIN"),
    ("saslssl", "SCRAM-SHA-256"),
    ("saslssl", "SCRAM-SHA-512"),
    ("ssl", None),
    ("mtls", None),
    ("oauth", "OAUTHBEARER"),
    ("oauthssl", "OAUTHBEARER"),
]
# A Java client's file instead: listener, mechanism, kind of stores.
FILES = [("saslssl", "SCRAM-SHA-512", "PEM"), ("mtls", None, "PKCS12"), ("oauthssl", "OAUTHBEARER", "PEM")]
LIMIT = 60.0
SAMPLED, NEWEST = "sampled", 10  # topic of two partitions, and how many records of each are looked at


def clusters_of(broker):
    """Cluster name -> its keys."""
    found = {f"{listener}-{(mechanism or 'tls').lower()}": broker.options(listener, mechanism) for listener, mechanism in LOGINS}
    found["mtls-locked-key"] = broker.options("mtls", ssl_key_location=broker.file("client-locked.key"), ssl_key_password=certificates.KEY_PASSWORD)
    store = {"ssl.keystore.location": broker.file("client.p12"), "ssl.keystore.password": certificates.STORE_PASSWORD}
    found["mtls-pkcs12"] = {**broker.options("mtls", ssl_certificate_location=None, ssl_key_location=None), **store}
    found["mtls-tls12-only-names-off"] = broker.options("mtls", ssl_endpoint_identification_algorithm="none")
    return found


def await_truth(agent, cluster, truth):
    def agrees():
        lines = diff.differences(agent.metrics(), truth, cluster)
        return not lines or f"{len(lines)} differences, such as {lines[0]}; problems: {agent.metrics().series('klaxon_collector_problem', cluster=cluster)}"

    return wait_until(f"cluster {cluster} is as Kafka's own tools say", LIMIT, agrees)


def check_doctor(case, path, clusters):
    """Nothing is wrong, by every way in; the broker's certificate is good for a day only, which is told, and no reason to fail."""
    code, found, _ = case.doctor(path)
    odd = [(name, each) for name, findings in found.items() for each in findings if each["outcome"] in ("bad", "unknown")]
    check(code == 0 and found.keys() == clusters.keys() and not odd, f"the doctor finds nothing wrong by any of {len(found)} ways in {odd or ''}")
    clocks = {each["said"] for findings in found.values() for each in findings if each["step"] == "clock"}
    check(all("agree" in said for said in clocks), f"clocks: {clocks}")


def make_records(case, broker):
    """A topic with more records than are looked at, which klaxon may read."""
    case.kafka_tool("topics", broker.bootstrap, "--create", "--topic", SAMPLED, "--partitions", "2")
    broker.acls("--add", "--allow-principal", "User:klaxon", "--operation", "Read", "--topic", SAMPLED)
    program, log = case.traffic(broker.name, topics=SAMPLED, rate=100)

    def written():
        with open(log, encoding="utf-8") as file:
            return len(file.readlines()) > 4 * NEWEST

    wait_until("there are records enough", LIMIT, written)
    program.stop()


def check_records(agent, clusters):
    """librdkafka, which reads them, logs in as well as our own client does."""

    def read():
        rows = json.loads(agent.get("/api/klaxon/v1/records")[1])["topics"]
        return {row["cluster"] for row in rows if row["topic"] == SAMPLED and row["records"] == 2 * NEWEST}

    took = wait_until("records are read by every way in", LIMIT, lambda: read() == set(clusters) or f"not by {set(clusters) - read()}")
    check(True, f"the newest {2 * NEWEST} records of a topic are read by each of {len(clusters)} ways in ({took:.1f} s)")


def run(case):
    tokens = TokenServer(case.folder, {"klaxon": "oidc-secret-5"}, lifetime=60)
    case.at_exit(tokens.stop)
    broker = secured.Secured(case, case.component("secured"), tokens=tokens)
    broker.grant_least("klaxon")
    case.load(broker.name, topics=4, partitions=20, groups=8, new_protocol="true" if broker.version.startswith("4") else "false")
    make_records(case, broker)
    truth = diff.read_truth(broker.bootstrap)
    samples = {"record_samples": {"topics": SAMPLED, "interval": "10s", "records": NEWEST}}
    clusters = {name: {**keys, **samples} for name, keys in clusters_of(broker).items()}
    agent = case.klaxon("--config", secured.write_configuration(os.path.join(case.folder, "klaxon.yaml"), clusters))
    for cluster in clusters:
        took = await_truth(agent, cluster, truth)
        check(True, f"{broker.version} {cluster}: all {sum(diff.compared(truth, cluster).values())} series are right ({took:.1f} s)")
    check_records(agent, clusters)
    left = agent.metrics().samples.get("klaxon_collector_problem", {})
    check(not left, f"and no problem is told{': ' + str(sorted(map(sorted, left))) if left else ''}")
    agent.terminate()
    check_doctor(case, os.path.join(case.folder, "klaxon.yaml"), clusters)

    for number, (listener, mechanism, stores) in enumerate(FILES):
        path = secured.write_properties(os.path.join(case.folder, f"client-{number}.properties"), broker.java_options(listener, mechanism, stores=stores))
        agent = case.klaxon("--bootstrap", broker.listeners[listener], "--command-config", path, "--interval", "1s", name=f"klaxon-file-{number}")
        wait_until("the first poll", LIMIT, lambda agent=agent: bool(agent.metrics().series("kafka_brokers")))
        cluster = agent.metrics().series("kafka_brokers")[0][0]["cluster"]
        took = await_truth(agent, cluster, truth)
        check(True, f"{broker.version} {listener} {mechanism or ''} with a Java client's file, {stores}: right ({took:.1f} s)")
        agent.terminate()
    check(tokens.granted, f"{len(tokens.granted)} tokens were granted")


main(run)
