"""A secured broker (lib/secured.sh) from the side of its clients: where it listens, and how each mechanism is configured."""

import json
import os

import certificates
from scenario import Failed

_MODULE = "org.apache.kafka.common.security."
_MODULES = {
    "PLAIN": _MODULE + "plain.PlainLoginModule",
    "SCRAM-SHA-256": _MODULE + "scram.ScramLoginModule",
    "SCRAM-SHA-512": _MODULE + "scram.ScramLoginModule",
    "OAUTHBEARER": _MODULE + "oauthbearer.OAuthBearerLoginModule",
}
# Listeners whose certificate must not be accepted.
BAD_LISTENERS = ("expired", "elsewhere", "stranger")
_PROTOCOLS = {"ssl": "SSL", "mtls": "SSL", "expired": "SSL", "elsewhere": "SSL", "stranger": "SSL", "saslssl": "SASL_SSL", "oauthssl": "SASL_SSL"}


def password_of(user):
    return user + "-secret"


class Secured:
    def __init__(self, case, name="secured", users=("klaxon", "nobody"), tokens=None):
        self._case = case
        self.name = name
        self.version = "3.9.1" if name == "secured39" else "4.3.1"
        self._tokens = tokens
        case.stack.set(KLAXON_STACK_USERS=" ".join(users), KLAXON_STACK_OIDC=tokens.url if tokens else "")
        case.stack.run("up", name)
        described = case.stack.describe(name)
        self.bootstrap = described["bootstrap"]
        self.listeners = described["listeners"]
        self.certificates = described["certificates"]
        self.jmx = described["jmx"]

    def file(self, name):
        """A file of the certificates."""
        return os.path.join(self.certificates, name)

    def protocol(self, listener):
        return _PROTOCOLS.get(listener, "SASL_PLAINTEXT")

    def options(self, listener, mechanism=None, user="klaxon", **changes):
        """The keys of librdkafka for a login at a listener. `changes`: further keys, with _ for the dot; None leaves one out."""
        protocol = self.protocol(listener)
        keys = {"bootstrap.servers": self.listeners[listener], "security.protocol": protocol.lower()}
        if protocol.endswith("SSL"):
            keys["ssl.ca.location"] = self.file("ca.crt")
        if listener == "mtls":
            keys.update({"ssl.certificate.location": self.file("client.crt"), "ssl.key.location": self.file("client.key")})
        if protocol.startswith("SASL"):
            keys["sasl.mechanism"] = mechanism
            keys.update(self._oauth(user) if mechanism == "OAUTHBEARER" else {"sasl.username": user, "sasl.password": password_of(user)})
        keys.update({key.replace("_", "."): value for key, value in changes.items()})
        return {key: value for key, value in keys.items() if value is not None}

    def _oauth(self, user):
        prefix = "sasl.oauthbearer."
        return {
            prefix + "method": "oidc",
            prefix + "token.endpoint.url": self._tokens.url + "/token",
            prefix + "client.id": user,
            prefix + "client.secret": self._tokens.clients[user],
            prefix + "scope": "kafka:read",
        }

    def java_options(self, listener, mechanism=None, user="klaxon", stores="PEM"):
        """The same in the keys of Java's clients; `stores`: PEM or PKCS12."""
        protocol = self.protocol(listener)
        keys = {"security.protocol": protocol}
        if protocol.endswith("SSL"):
            keys.update(self._java_stores(listener, stores))
        if protocol.startswith("SASL"):
            keys["sasl.mechanism"] = mechanism
            keys.update(self._java_login(mechanism, user))
        return keys

    def _java_stores(self, listener, stores):
        pem = stores == "PEM"
        keys = {"ssl.truststore.type": stores, "ssl.truststore.location": self.file("ca.crt" if pem else "trust.p12")}
        if not pem:
            keys["ssl.truststore.password"] = certificates.STORE_PASSWORD
        if listener == "mtls":
            keys.update({"ssl.keystore.type": stores, "ssl.keystore.location": self.file("client.pem" if pem else "client.p12")})
            if not pem:
                keys.update({"ssl.keystore.password": certificates.STORE_PASSWORD, "ssl.key.password": certificates.STORE_PASSWORD})
        return keys

    def _java_login(self, mechanism, user):
        if mechanism != "OAUTHBEARER":
            return {"sasl.jaas.config": f'{_MODULES[mechanism]} required username="{user}" password="{password_of(user)}";'}
        login = f'{_MODULES[mechanism]} required clientId="{user}" clientSecret="{self._tokens.clients[user]}" scope="kafka:read";'
        return {
            "sasl.jaas.config": login,
            "sasl.login.callback.handler.class": _MODULE + "oauthbearer.OAuthBearerLoginCallbackHandler",
            "sasl.oauthbearer.token.endpoint.url": self._tokens.url + "/token",
        }

    def acls(self, *arguments):
        return self._case.kafka_tool("acls", self.bootstrap, *arguments)

    def alter_config(self, kind, name, *arguments):
        return self._case.kafka_tool("configs", self.bootstrap, "--alter", "--entity-type", kind, "--entity-name", name, *arguments)

    def grant_least(self, user):
        """What docs/permissions.md grants to the user of least privilege."""
        for resource in (("--cluster",), ("--topic", "*"), ("--group", "*")):
            self.acls("--add", "--allow-principal", "User:" + user, "--operation", "Describe", *resource)

    def socket_metric(self, listener, attribute):
        """What the broker counts at a listener, such as successful-reauthentication-total: logins again on living connections."""
        pattern = f"kafka.server:type=socket-server-metrics,listener={listener.upper()},networkProcessor=*"
        url = f"service:jmx:rmi:///jndi/rmi://127.0.0.1:{self.jmx}/jmxrmi"
        text = self._case.tool("org.apache.kafka.tools.JmxTool", "--jmx-url", url, "--object-name", pattern, "--one-time", "--report-format", "properties",
                               "--attributes", attribute)
        values = [line.rsplit("=", 1)[1] for line in text.splitlines() if f"{attribute}=" in line]
        if not values:
            raise Failed(f"the broker has no {attribute} of {listener}: {text[:300]}")
        return round(sum(float(value) for value in values))


def write_properties(path, keys):
    """A Java client's file."""
    with open(path, "w", encoding="utf-8") as file:
        file.write("".join(f"{key}={value}\n" for key, value in keys.items()))
    return path


def write_configuration(path, clusters, interval="1s", extra=()):
    """A configuration of klaxon that appears at once. `clusters`: name -> keys of its `kafka` section."""
    lines = [*extra, "clusters:"]
    for name, keys in clusters.items():
        lines += [f"- name: {name}", "  kafka:", f"    interval: {interval}"]
        lines += [f"    {key}: {json.dumps(value)}" for key, value in keys.items()]
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    os.replace(path + ".new", path)
    return path
