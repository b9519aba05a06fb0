"""Tokens that live 10 s: klaxon fetches or reads the next before the last one ends, and /metrics has no gap meanwhile."""

import os

import _paths  # noqa: F401
import secured
from scenario import check, main, wait_until
from steady import Steady
from token_server import TokenServer

LIFETIME = 10
FETCHES = 3  # of each cluster with a token endpoint
SECRETS = {"klaxon": "oidc-secret-5", "late": "oidc-secret-6"}


def token_file(case, tokens):
    """Writes a new token under the same name, as whatever renews it would."""
    path = os.path.join(case.folder, "token")
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(tokens.token("klaxon", LIFETIME) + "\n")
    os.replace(path + ".new", path)
    return path


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
    }


def check_late(agent, tokens):
    """A client that the endpoint does not know yet: told in words, and healed by itself."""
    def told():
        problems = agent.metrics().series("klaxon_collector_problem", cluster="late")
        return bool(problems) or "no problem yet"

    wait_until("the refusal is told", 60, told)
    _, page = agent.get("/")
    check("answers 401: invalid_client" in page and "sasl.oauthbearer.client.secret" in page, "the page says what to check at the token endpoint")
    tokens.clients["late"] = SECRETS["late"]
    took = wait_until("it heals", 60, lambda: bool(agent.metrics().series("kafka_brokers", cluster="late")))
    check(True, f"once the endpoint knows the client, its cluster is read ({took:.1f} s), without a restart")


def run(case):
    tokens = TokenServer(case.folder, dict(SECRETS), lifetime=LIFETIME)
    case.at_exit(tokens.stop)
    broker = secured.Secured(case, users=("klaxon", "late"), tokens=tokens)
    for user in SECRETS:
        broker.grant_least(user)
    case.load(broker.name, topics=3, partitions=12, groups=4)
    clusters = clusters_of(case, broker, tokens)
    clusters["late"] = broker.options("oauth", "OAUTHBEARER", "late")
    del tokens.clients["late"]
    agent = case.klaxon("--config", secured.write_configuration(os.path.join(case.folder, "klaxon.yaml"), clusters))
    steadily = [name for name in clusters if name != "late"]

    def all_read():
        missing = [name for name in steadily if not agent.metrics().series("kafka_consumergroup_lag", cluster=name)]
        return not missing or f"not read: {missing}; log: {agent.log()[-1500:]}"

    wait_until("all clusters are read", 60, all_read)
    steady = Steady(agent, steadily)
    case.at_exit(steady.stop)

    def fetched():
        token_file(case, tokens)
        count = sum(client == "klaxon" for _, client in tokens.granted)
        return count >= 3 * FETCHES or f"{count} tokens so far"

    took = wait_until(f"{FETCHES} tokens for each of three clusters", 180, fetched, pause=3)
    check(True, f"each cluster fetched a token {FETCHES} times within {took:.0f} s, at four fifths of {LIFETIME} s")
    steady.judge()
    check_late(agent, tokens)
    shown = agent.log() + agent.get("/")[1] + agent.get("/metrics")[1]
    check(not any(secret in shown for secret in SECRETS.values()), "no secret stands in the log, on the page or in /metrics")
    agent.terminate()


main(run)
