"""200 reloads, each with another user and password: no descriptors, threads or memory are left behind."""

import os
import signal

import _paths  # noqa: F401
import secured
from scenario import check, main, note, wait_until
from token_server import TokenServer

RELOADS = 200
WARM = 20  # reloads before the first measure
USERS = ("klaxon", "deputy")
# What may be different at the end: a connection or a resolver that happens to be at work, the allocator's own grain.
FILES, THREADS, MEMORY_MIB = 4, 2, 12.0


def put(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def measure(agent):
    pid = agent.process.pid
    return len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")), agent.resident_mib()


def run(case):
    tokens = TokenServer(case.folder, {user: f"oidc-secret-of-{user}" for user in USERS}, lifetime=30)
    case.at_exit(tokens.stop)
    broker = secured.Secured(case, users=USERS, tokens=tokens)
    for user in USERS:
        broker.grant_least(user)
    case.load(broker.name, topics=3, partitions=30, groups=8)
    path, password = os.path.join(case.folder, "klaxon.yaml"), os.path.join(case.folder, "password")

    def configure(user):
        put(password, secured.password_of(user))
        logins = {"scram": ("saslssl", "SCRAM-SHA-512"), "plain": ("sasl", "PLAIN")}
        clusters = {name: broker.options(*login, user, sasl_password=None) for name, login in logins.items()}
        clusters["mtls"] = broker.options("mtls", client_id="klaxon-" + user)
        clusters["oidc"] = broker.options("oauthssl", "OAUTHBEARER", user)
        for name in logins:
            clusters[name]["sasl.password_file"] = password
        secured.write_configuration(path, clusters)

    configure(USERS[0])
    agent = case.klaxon("--config", path)

    def clusters_read():
        """Each was read by a poll that began after the reload, with the new user."""
        page = agent.metrics()
        told = page.series("klaxon_collector_problem")
        loaded = page.value("klaxon_config_last_reload_success_timestamp_seconds")
        read = {labels["cluster"] for labels, ended in page.series("klaxon_collector_last_success_timestamp_seconds") if ended >= loaded}
        return (len(read) == 4 and not told) or f"read: {sorted(read)}, problems: {told}"

    def reload(number):
        configure(USERS[number % 2])
        agent.process.send_signal(signal.SIGHUP)
        wait_until(f"reload {number}", 30, lambda: agent.metrics().value("klaxon_config_reloads_total", result="succeeded") == number, pause=0.02)
        wait_until(f"all clusters are read after reload {number}", 30, clusters_read, pause=0.02)

    wait_until("all clusters are read", 60, clusters_read)
    for number in range(1, WARM + 1):
        reload(number)
    before = measure(agent)
    for number in range(WARM + 1, RELOADS + 1):
        reload(number)
        if number % 40 == 0:
            note(f"after {number} reloads: {'%d descriptors, %d threads, %.1f MiB' % measure(agent)}")
    after = measure(agent)
    check(len(tokens.granted) >= RELOADS, f"{len(tokens.granted)} tokens were granted on the way")
    check(after[0] - before[0] <= FILES, f"descriptors: {before[0]} after {WARM} reloads, {after[0]} after {RELOADS}")
    check(after[1] - before[1] <= THREADS, f"threads: {before[1]}, {after[1]}")
    check(after[2] - before[2] <= MEMORY_MIB, f"resident memory: {before[2]:.1f} MiB, {after[2]:.1f} MiB")
    agent.terminate()


main(run)
