"""Every way in which a connection can be wrong, all at once: what klaxon and its doctor say of each, that it gives nothing away, and that it heals.

First what is wrong is told, in the right words, on /metrics, in the log, in the API and on the page. Then the other side is
mended where the mistake is there, or a file of ours is; the rest is mended by a reload. Nothing is restarted.
"""

import html
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass

import _paths  # noqa: F401
import certificates
import secured
from checks import problems
from odd_servers import OddServer
from scenario import check, main, wait_until
from token_server import TokenServer

LIMIT = 60.0
WRONG, WRONG_OIDC, STALE_OIDC = "wrong-password-1", "wrong-oidc-secret-2", "stale-oidc-secret-3"
ATTEMPTS_PER_SECOND = 3.0


@dataclass
class Row:
    """One way to be wrong; the words are a regular expression on one message. `in_place`: it is mended without a reload."""

    name: str
    keys: dict
    reason: str
    words: str
    in_place: bool = False


def login_rows(broker, tokens):
    user = r'user "klaxon"'
    expired_token = tokens.token("klaxon", -60)
    static = {"sasl_oauthbearer_method": None, "sasl_oauthbearer_token_endpoint_url": None, "sasl_oauthbearer_client_id": None,
              "sasl_oauthbearer_client_secret": None, "sasl_oauthbearer_scope": None}
    return [
        Row("plain-wrong-password", broker.options("sasl", "PLAIN", sasl_password=WRONG), "unauthorized", rf"refuses our login by PLAIN.*password.*{user}"),
        Row("scram-wrong-password", broker.options("sasl", "SCRAM-SHA-256", "stale", sasl_password=WRONG), "unauthorized",
            r'refuses our login by SCRAM-SHA-256.*password.*user "stale"', in_place=True),
        Row("scram-no-user", broker.options("saslssl", "SCRAM-SHA-512", "ghost"), "unauthorized", r'refuses our login.*user "ghost" exist'),
        Row("mechanism-not-enabled", broker.options("reauth", "SCRAM-SHA-256"), "unsupported|refused|invalid|unauthorized",
            r"does not offer SCRAM-SHA-256 on this listener; it offers .*(PLAIN.*SCRAM-SHA-512|SCRAM-SHA-512.*PLAIN)"),
        Row("no-sasl-there", {**broker.options("sasl", "PLAIN"), "bootstrap.servers": broker.bootstrap}, ".*", r"takes no login \(SASL\)"),
        Row("oidc-wrong-secret", broker.options("oauth", "OAUTHBEARER", sasl_oauthbearer_client_secret=WRONG_OIDC), "unauthorized", r"answers 401: invalid_client.*sasl\.oauthbearer\.client\.secret"),
        Row("oidc-secret-to-be-renewed", broker.options("oauthssl", "OAUTHBEARER", "late", sasl_oauthbearer_client_secret=STALE_OIDC), "unauthorized",
            r"answers 401: invalid_client.*sasl\.oauthbearer\.client\.secret", in_place=True),
        Row("oidc-no-endpoint", broker.options("oauth", "OAUTHBEARER", sasl_oauthbearer_token_endpoint_url="http://127.0.0.1:1/token"), "unreachable",
            r"token.*127\.0\.0\.1:1.*refused"),
        Row("token-expired", broker.options("oauth", "OAUTHBEARER", **static, sasl_oauthbearer_token=expired_token), "unauthorized", r"expired .* ago; renew it"),
        Row("no-permissions", broker.options("sasl", "PLAIN", "nobody"), "unauthorized", r"grant Describe on", in_place=True),
    ]


def tls_rows(broker, own):
    client = {"ssl_certificate_location": own["client.crt"], "ssl_key_location": own["client.key"]}
    stranger = {"ssl_certificate_location": broker.file("client-stranger.crt"), "ssl_key_location": broker.file("client-stranger.key")}
    none = {"ssl_certificate_location": None, "ssl_key_location": None}
    return [
        Row("wrong-authority", broker.options("ssl", ssl_ca_location=own["trust.crt"]), "unauthorized",
            r'not trusted: .*signed by .*"CN=Klaxon test ca", which is not among the trusted', in_place=True),
        Row("authority-of-the-system", broker.options("ssl", ssl_ca_location=None), "unauthorized", r"not trusted"),
        Row("certificate-expired", broker.options("expired"), "unauthorized", r"certificate that expired at 20", in_place=True),
        Row("wrong-host-name", broker.options("elsewhere"), "unauthorized", r"certificate for .*broker\.elsewhere\.invalid.*not for .*localhost", in_place=True),
        Row("certificate-of-a-stranger", broker.options("stranger"), "unauthorized", r'not trusted: .*"CN=Klaxon test other-ca"', in_place=True),
        Row("no-client-certificate", broker.options("mtls", **none), "unauthorized", r"client certificate.*we have none"),
        Row("client-certificate-expired", broker.options("mtls", **client), "unauthorized", r"our client certificate|our certificate", in_place=True),
        Row("client-certificate-not-trusted", broker.options("mtls", **stranger), "unauthorized", r"our client certificate|our certificate"),
    ]


def port_rows(broker, servers, full):
    plain = {"security.protocol": "plaintext"}
    tls = broker.options("ssl")
    return [
        Row("tls-to-plain-port", {**tls, "bootstrap.servers": broker.bootstrap}, "unreachable|bad_answer", r"plain-text port"),
        Row("plain-to-tls-port", {**plain, "bootstrap.servers": broker.listeners["ssl"]}, "bad_answer|unreachable", r"TLS"),
        Row("plain-to-sasl-port", {**plain, "bootstrap.servers": broker.listeners["sasl"]}, ".*", r"SASL"),
        Row("web-server", {**plain, "bootstrap.servers": servers["web"].address}, "bad_answer", r"looks like a web server", in_place=True),
        Row("web-server-tls", {**tls, "bootstrap.servers": servers["web-tls"].address}, "bad_answer|unreachable", r"does not (speak|answer with) TLS", in_place=True),
        Row("never-answers", {**plain, "bootstrap.servers": servers["silent"].address}, "timeout", r"accepts connections, but has not answered.*is it a Kafka broker", in_place=True),
        Row("never-answers-tls", {**tls, "bootstrap.servers": servers["silent-tls"].address}, "timeout", r"TLS handshake", in_place=True),
        Row("never-accepts", {**plain, "bootstrap.servers": full}, "timeout", r"no answer to the attempt to connect"),
        Row("cut", {**plain, "bootstrap.servers": servers["cut"].address}, "unreachable", r"closed the connection", in_place=True),
        Row("torn", {**plain, "bootstrap.servers": servers["torn"].address}, "unreachable", r"closed the connection in the middle of an answer", in_place=True),
        Row("torn-tls", {**tls, "bootstrap.servers": servers["torn-tls"].address}, "unreachable", r"closed the connection in the middle of the TLS handshake",
            in_place=True),
        Row("cut-tls", {**tls, "bootstrap.servers": servers["cut-tls"].address}, "unreachable", r"closed the connection at our TLS greeting", in_place=True),
    ]


def full_listener(case):
    """An address that takes no further connection: its queue is full and nobody accepts."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(0)
    fillers = [socket.socket() for _ in range(4)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
    for sock in (listener, *fillers):
        case.at_exit(sock.close)
    return f"127.0.0.1:{listener.getsockname()[1]}"


def start_servers(case, broker):
    servers = {name: OddServer(name.partition("-")[0], broker.listeners["ssl"] if name.endswith("-tls") else broker.bootstrap)
               for name in ("web", "web-tls", "silent", "silent-tls", "cut", "cut-tls", "torn", "torn-tls")}
    for server in servers.values():
        case.at_exit(server.stop)
    return servers


def matches(row, found):
    return [problem for problem in found.get(row.name, []) if re.search(row.words, problem["message"])]


def await_told(agent, rows):
    """Until each row's words are in its problems. What the others say is in the failure's text."""
    def all_told():
        found = problems(agent)
        return "; ".join(f"{row.name}: {[problem['message'] for problem in found.get(row.name, [])]}" for row in rows if not matches(row, found)) or True

    wait_until("all that is wrong is told in the right words", LIMIT, all_told, pause=0.3)
    found, page, log = problems(agent), html.unescape(agent.get("/")[1]), agent.log()
    metrics = agent.metrics()
    for row in rows:
        problem = matches(row, found)[0]
        check(re.fullmatch(row.reason, problem["reason"]), f"{row.name}: {problem['reason']}: {problem['message']}")
        on_metrics = {labels["reason"] for labels, _ in metrics.series("klaxon_collector_problem", cluster=row.name)}
        lines = [line for line in log.splitlines() if f"[kafka/{row.name}]" in line and re.search(row.words, line)]
        shown = re.search(row.words, page)
        missing = [where for where, there in (("/metrics", problem["reason"] in on_metrics), ("the log", lines), ("the page", shown)) if not there]
        if missing:
            check(False, f"{row.name} is told on {' and '.join(missing)} too")


def check_doctor(case, path, rows, secrets):
    """The doctor finds the same, in the same words, and gives nothing away either."""
    code, findings, printed = case.doctor(path)
    check(code == 1, "klaxon doctor exits with 1")
    bad = {name: [f"{found['said']} {found['mend']}" for found in all_found if found["outcome"] == "bad"] for name, all_found in findings.items()}
    other = [f"{row.name}: {bad[row.name]}" for row in rows if not any(re.search(row.words, text, re.IGNORECASE) for text in bad[row.name])]
    check(not other, f"the doctor finds all {len(rows)} mistakes in the same words" + (f", but not {other}" if other else ""))
    check(not [secret for secret in secrets if secret in printed], "the doctor tells no secret")


def check_refused(case, broker):
    """What our own files make impossible is a mistake of the configuration, told before anything is connected."""
    locked = broker.options("mtls", ssl_key_location=broker.file("client-locked.key"), ssl_key_password=WRONG)
    path = secured.write_configuration(os.path.join(case.folder, "refused.yaml"), {"locked": locked})
    for command in (["check", path], ["run", "--config", path], ["doctor", "--config", path]):
        told = subprocess.run([case.klaxon_binary(), *command], capture_output=True, text=True, timeout=LIMIT, check=False)
        check(told.returncode == 2 and "password does not open the private key" in told.stderr and WRONG not in told.stderr,
              f"klaxon {command[0]} exits with {told.returncode}: {told.stderr.strip()}")


def check_secrets(agent, secrets):
    texts = {path: agent.get(path)[1] for path in ("/", "/metrics", "/api/klaxon/v1/clusters")}
    texts["the log"] = agent.log()
    found = [f"{secret} in {where}" for where, text in texts.items() for secret in secrets if secret in html.unescape(text)]
    check(not found, f"none of {len(secrets)} secrets is told: {found}" if found else f"none of {len(secrets)} secrets is told anywhere")


def check_patience(broker, tokens, servers, seconds):
    """Whoever refuses is not hammered."""
    rates = {name: len(server.came) / seconds for name, server in servers.items()}
    check(max(rates.values()) < ATTEMPTS_PER_SECOND, "connections a second: " + ", ".join(f"{name} {rate:.1f}" for name, rate in rates.items()))
    failed = broker.socket_metric("saslssl", "failed-authentication-total")
    check(failed / seconds < ATTEMPTS_PER_SECOND, f"{failed} logins of a wrong user in {seconds:.0f} s")
    check(tokens.refused / seconds < 2 * ATTEMPTS_PER_SECOND, f"the token server refused {tokens.refused} requests of two clients")


def mend_in_place(broker, tokens, own):
    broker.alter_config("users", "stale", "--add-config", f"SCRAM-SHA-256=[password={WRONG}]")
    tokens.clients["late"] = STALE_OIDC
    for user in ("nobody", "stale", "late"):
        broker.grant_least(user)
    shutil.copy(broker.file("ca.crt"), own["trust.crt"])
    for kind in ("key", "crt"):
        shutil.copy(broker.file(f"client.{kind}"), own[f"client.{kind}"])
    good = broker.file("broker.pem")
    broker.alter_config("brokers", "1", "--add-config", ",".join(f"listener.name.{name}.ssl.keystore.location={good}" for name in secured.BAD_LISTENERS))


def await_healed(agent, rows, how):
    def healed():
        metrics, found = agent.metrics(), problems(agent)
        sick = [row.name for row in rows if found.get(row.name) or not metrics.series("kafka_consumergroup_lag", cluster=row.name)]
        return "; ".join(f"{name}: {[problem['message'] for problem in found.get(name, [])]}" for name in sick) or True

    took = wait_until(f"{len(rows)} clusters are read after they were mended {how}", 2 * LIMIT, healed, pause=0.3)
    check(True, f"{len(rows)} clusters healed {how} ({took:.1f} s): {', '.join(row.name for row in rows)}")


def run(case):
    tokens = TokenServer(case.folder, {"klaxon": "oidc-secret-5", "late": "oidc-secret-6"}, lifetime=60)
    case.at_exit(tokens.stop)
    broker = secured.Secured(case, users=("klaxon", "nobody", "stale"), tokens=tokens)
    broker.grant_least("klaxon")
    case.load(broker.name, topics=2, partitions=6, groups=4)
    servers = start_servers(case, broker)
    own = {name: os.path.join(case.folder, name) for name in ("trust.crt", "client.crt", "client.key")}
    for name, source in (("trust.crt", "other-ca.crt"), ("client.crt", "client-expired.crt"), ("client.key", "client-expired.key")):
        shutil.copy(broker.file(source), own[name])
    rows = login_rows(broker, tokens) + tls_rows(broker, own) + port_rows(broker, servers, full_listener(case))
    path = secured.write_configuration(os.path.join(case.folder, "klaxon.yaml"), {row.name: row.keys for row in rows})
    check_refused(case, broker)
    begun = time.monotonic()
    agent = case.klaxon("--config", path)
    await_told(agent, rows)
    secrets = [WRONG, WRONG_OIDC, STALE_OIDC, "klaxon-secret", "oidc-secret-5", "nobody-secret", certificates.KEY_PASSWORD, tokens.token("klaxon", -60)[:40]]
    check_secrets(agent, secrets)
    check_doctor(case, path, rows, secrets)
    mend_in_place(broker, tokens, own)
    check_patience(broker, tokens, servers, time.monotonic() - begun)
    for server in servers.values():
        server.change("forward")
    await_healed(agent, [row for row in rows if row.in_place], "in place")
    good = broker.options("sasl", "PLAIN")
    secured.write_configuration(path, {row.name: row.keys if row.in_place else good for row in rows})
    agent.process.send_signal(signal.SIGHUP)
    await_healed(agent, [row for row in rows if not row.in_place], "by a reload")
    check_secrets(agent, secrets)
    agent.terminate()


main(run)
