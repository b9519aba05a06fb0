"""Tokens that live 10 s, and a broker that demands a new login every 4 s: /metrics has no gap.

klaxon fetches or reads the next token before the last one ends, and logs in again, with each mechanism, on the connections
that it has (KIP-368). How often it did is the broker's own count.
"""

import os
import subprocess
import threading

import _paths  # noqa: F401
import secured
from scenario import check, main, wait_until
from steady import Steady
from token_server import TokenServer

LIFETIME = 10
FETCHES = 3  # of each cluster with a token endpoint
LOGINS_AGAIN = 5  # at each listener
LISTENERS = ("oauth", "oauthssl", "reauth")
SECRET = "oidc-secret-5"


def token_file(case, tokens):
    """Writes a new token under the same name, as whatever renews it would."""
    path = os.path.join(case.folder, "token")
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(tokens.token("klaxon", LIFETIME) + "\n")
    os.replace(path + ".new", path)
    return path


def keep_renewing(case, tokens):
    """However slow the machine is, the file never holds a token that has ended."""
    end = threading.Event()

    def renew():
        while not end.wait(LIFETIME / 4):
            token_file(case, tokens)

    thread = threading.Thread(target=renew, daemon=True)
    thread.start()

    def stop():
        end.set()
        thread.join()

    case.at_exit(stop)


def clusters_of(case, broker, tokens):
    from_file = broker.options("oauthssl", "OAUTHBEARER")
    from_file = {key: value for key, value in from_file.items() if not key.startswith("sasl.oauthbearer.")}
    from_file["sasl.oauthbearer.token_file"] = token_file(case, tokens)
    path = secured.write_properties(os.path.join(case.folder, "client.properties"), broker.java_options("oauthssl", "OAUTHBEARER"))
    return {
        "oidc": broker.options("oauth", "OAUTHBEARER"),
        "oidc-tls": broker.options("oauthssl", "OAUTHBEARER"),
        "java": {"bootstrap.servers": broker.listeners["oauthssl"], "command.config": path},
        "file": from_file,
        "plain": broker.options("reauth", "PLAIN"),
        "scram": broker.options("reauth", "SCRAM-SHA-512"),
    }


def opened(agent, clusters):
    """The connections that klaxon opened to each cluster since it runs."""
    page = agent.metrics()
    return {name: page.value("klaxon_kafka_connections_opened_total", cluster=name) for name in clusters}


def check_sessions(broker):
    for listener in LISTENERS:
        def again(listener=listener):
            count = broker.socket_metric(listener, "successful-reauthentication-total")
            return count >= LOGINS_AGAIN or f"{count} so far"

        wait_until(f"{LOGINS_AGAIN} repeated logins at {listener}", 60, again, pause=1)
        count = broker.socket_metric(listener, "successful-reauthentication-total")
        failed = broker.socket_metric(listener, "failed-reauthentication-total")
        check(failed == 0, f"{listener}: {count} logins again on living connections, {failed} failed")


def check_tools(broker, properties):
    """The commands that look once wait for their first token as well."""
    for command in ("lag", "doctor"):
        line = [os.environ["KLAXON_BIN"], command, "--bootstrap", broker.listeners["oauthssl"], "--command-config", properties]
        done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=False)
        check(done.returncode == 0, f"klaxon {command} logs in with a token{'' if done.returncode == 0 else ', but: ' + done.stdout + done.stderr}")


def run(case):
    tokens = TokenServer(case.folder, {"klaxon": SECRET}, LIFETIME)
    case.at_exit(tokens.stop)
    broker = secured.Secured(case, tokens=tokens)
    broker.grant_least("klaxon")
    case.load(broker.name, topics=3, partitions=12, groups=4)
    clusters = clusters_of(case, broker, tokens)
    keep_renewing(case, tokens)
    agent = case.klaxon("--config", secured.write_configuration(os.path.join(case.folder, "klaxon.yaml"), clusters))

    def all_read():
        missing = [name for name in clusters if not agent.metrics().series("kafka_consumergroup_lag", cluster=name)]
        return not missing or f"not read: {missing}; log: {agent.log()[-1500:]}"

    wait_until("all clusters are read", 60, all_read)
    before = opened(agent, clusters)
    steady = Steady(agent, list(clusters))
    case.at_exit(steady.stop)

    def fetched():
        return len(tokens.granted) >= 3 * FETCHES or f"{len(tokens.granted)} tokens so far"

    took = wait_until(f"{FETCHES} tokens for each of three clusters", 180, fetched, pause=3)
    check(True, f"each cluster fetched a token {FETCHES} times within {took:.0f} s, at four fifths of {LIFETIME} s")
    check_sessions(broker)
    check_tools(broker, clusters["java"]["command.config"])
    after = opened(agent, clusters)
    check(after == before, f"and no connection was opened anew: {after}" if after == before else f"connections {before} became {after}")
    steady.judge()
    shown = agent.log() + agent.get("/")[1] + agent.get("/metrics")[1]
    check(SECRET not in shown, "the secret stands neither in the log nor on the page nor on /metrics")
    agent.terminate()


main(run)
