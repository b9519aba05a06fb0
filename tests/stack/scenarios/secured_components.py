"""The secured brokers themselves: Kafka's own tools log in with every mechanism at every listener, and nobody gets past a wrong one."""

import os

import _paths  # noqa: F401
import secured
from scenario import Failed, check, main
from token_server import TokenServer

LOGINS = [
    ("sasl", "PLAIN"),
    ("sasl", "SCRAM-SHA-256"),
    ("sasl", "SCRAM-SHA-512"),
    ("saslssl", "PLAIN"),
    ("saslssl", "SCRAM-SHA-512"),
    ("reauth", "SCRAM-SHA-512"),
    ("ssl", None),
    ("mtls", None),
    ("oauth", "OAUTHBEARER"),
    ("oauthssl", "OAUTHBEARER"),
]


def list_topics(case, broker, listener, keys):
    path = secured.write_properties(os.path.join(case.folder, "client.properties"), keys)
    endpoint = keys.get("sasl.oauthbearer.token.endpoint.url", "none")
    allowed = "-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=" + endpoint  # Java's clients take no other
    return case.kafka_tool("topics", broker.listeners[listener], "--command-config", path, "--list", JDK_JAVA_OPTIONS=allowed).split()


def check_refused(case, broker, listener, keys, why, sentence):
    """Kafka's tool cannot list the topics, and `why` stands in what it says."""
    try:
        text = f"sees {list_topics(case, broker, listener, keys)}"
    except Failed as failure:
        text = str(failure)
    check(why in text, sentence if why in text else f"{sentence}, but: {text}")


def check_broker(case, tokens, component):
    broker = secured.Secured(case, component, tokens=tokens)
    for topic in ("open", "closed"):
        case.kafka_tool("topics", broker.bootstrap, "--create", "--topic", topic, "--partitions", "1")
    broker.acls("--add", "--allow-principal", "User:klaxon", "--operation", "Describe", "--topic", "open")
    for listener, mechanism in LOGINS:
        for stores in ("PEM", "PKCS12") if listener == "mtls" else ("PEM",):
            seen = list_topics(case, broker, listener, broker.java_options(listener, mechanism, stores=stores))
            who = "anyone" if listener == "ssl" else "klaxon"
            wanted = ["closed", "open"] if listener == "ssl" else ["open"]
            check(seen == wanted, f"{broker.version} {listener} {mechanism or 'certificate'} ({stores}): {who} sees {seen}")
    wrong = broker.java_options("sasl", "SCRAM-SHA-256")
    wrong["sasl.jaas.config"] = wrong["sasl.jaas.config"].replace("klaxon-secret", "wrong")
    check_refused(case, broker, "sasl", wrong, "SaslAuthenticationException", "a wrong password is refused")
    without = {key: value for key, value in broker.java_options("mtls").items() if "keystore" not in key}
    check_refused(case, broker, "mtls", without, "SSLHandshakeException", "whoever comes without a certificate is refused where one is demanded")
    for name in secured.BAD_LISTENERS:
        check_refused(case, broker, name, broker.java_options(name), "SSLHandshakeException", f"Java's client refuses the certificate '{name}'")
    check(broker.socket_metric("reauth", "successful-reauthentication-total") == 0, "the broker counts repeated logins")
    case.stack.run("down", component)


def run(case):
    tokens = TokenServer(case.folder, {"klaxon": "oidc-secret-5"}, lifetime=60)
    case.at_exit(tokens.stop)
    for component in ("secured", "secured39"):
        check_broker(case, tokens, component)
    check(len(tokens.granted) >= 4, f"the token server granted {len(tokens.granted)} tokens")


main(run)
