"""A real ZooKeeper server whose client port speaks TLS (Netty) and wants a client certificate."""

import html
import json
import os
import shutil

import _paths  # noqa: F401
import certificates
import zookeeper_probe
import zookeeper_truth as truth
from scenario import check, main, wait_until

INTERVAL = 1.0


def serve(folder, name):
    """From its next start on the server presents this certificate."""
    shutil.copy(os.path.join(folder, name + ".pem"), os.path.join(folder, "server.pem"))


def configuration(path, server, folder, authority="ca.crt", client="client", **more):
    keys = {"servers": server, "interval": f"{INTERVAL:g}s", "security.protocol": "SSL", "ssl.ca.location": os.path.join(folder, authority), **more}
    if client:
        keys["ssl.certificate.location"] = os.path.join(folder, client + ".crt")
        keys["ssl.key.location"] = os.path.join(folder, client + ".key")
    with open(path, "w", encoding="utf-8") as file:
        file.write(f"clusters:\n- name: {truth.CLUSTER}\n  zookeeper:\n    ")
        file.write("\n    ".join(f"{key}: {json.dumps(value)}" for key, value in keys.items()) + "\n")
    return path


def run(case):
    stack, folder = case.stack, os.path.join(case.folder, "certificates")
    shutil.rmtree(folder, ignore_errors=True)  # of the run before
    certificates.make_all(folder)
    serve(folder, "broker")
    stack.set(KLAXON_STACK_ZOOKEEPER_TLS=folder)
    stack.run("up", "zookeeper")
    node = stack.describe("zookeeper")["nodes"][0]
    plain, secure = node["address"], node["secure"]

    def start(name, server=secure, **how):
        return case.klaxon("--config", configuration(os.path.join(case.folder, name + ".yaml"), server, folder, **how), name=name)

    agent = start("klaxon")

    def equal():
        page = agent.metrics()  # first, because some numbers grow
        lines = renamed(truth.differences(page, secure, zookeeper_probe.mntr(plain)))
        return not lines or "; ".join(lines[:4])

    def renamed(lines):  # our own words over the other port are packets of this server too
        return [line for line in lines if "packets" not in line and "sessions" not in line]

    took = wait_until("over TLS with a client certificate every number equals mntr", 60, equal)
    check(truth.ensemble_of(agent.metrics()) == "standalone", f"over TLS every number equals the server's own word ({took:.1f} s)")
    wait_until("conf is told", 30, lambda: agent.metrics().value("zookeeper_tick_seconds", server=secure) == 1)
    check("No Kafka keeps its nodes here" in agent.get("/")[1], "a session was opened over TLS, and no Kafka was found")
    polls = truth.polls(agent.metrics())
    wait_until("more polls", 30, lambda: truth.polls(agent.metrics()) >= polls + 5)
    check("problem" not in agent.log().lower() and "all well" in agent.get("/")[1], "five polls later nothing has gone wrong")

    def refused(name, words, **how):
        other = start(name, **how)
        said = lambda: html.unescape(other.get("/")[1]) + other.log()
        wait_until(f"{name}: {words}", 30, lambda: words in said() or said()[-400:])
        page = other.metrics()
        check(not page.series("zookeeper_znodes") and truth.ensemble_of(page) is None, f"{name} is refused, as what it is: {words}")
        other.terminate()

    refused("unknown-authority", "certificate that is not trusted", authority="other-ca.crt")
    refused("no-client-certificate", "wants a client certificate", client=None)
    refused("strange-client", "client certificate", client="client-stranger")
    refused("the-port-without-tls", "is this a plain-text port", server=plain)

    stack.run("kill", "zookeeper")
    serve(folder, "elsewhere")
    stack.run("start", "zookeeper")
    wait_until("it serves again", 60, lambda: zookeeper_probe.mode(plain) == "standalone")
    wait_until("a certificate for another host is refused", 30, lambda: "not for localhost" in html.unescape(agent.get("/")[1]))
    check(not agent.metrics().series("zookeeper_znodes", server=secure), "and its numbers leave")
    trusting = start("any-name", **{"ssl.endpoint.identification.algorithm": "none"})
    wait_until("unless names are not to be looked at", 30, lambda: truth.ensemble_of(trusting.metrics()) == "standalone")
    trusting.terminate()

    stack.run("kill", "zookeeper")
    serve(folder, "broker")
    stack.run("start", "zookeeper")
    wait_until("the right certificate heals it", 60, lambda: truth.ensemble_of(agent.metrics()) == "standalone")
    check(True, "the right certificate heals it without a restart")
    agent.terminate()


main(run)
