"""Wrong addresses of every kind, one after the other at the same address: the process stays, says why, and heals.

Nothing listens; then a web server does; then a broker whose advertised name cannot be resolved; then a broker that is
right. One klaxon sees all of it without a restart. A second one is given a name that cannot be resolved.
"""

import re

import _paths  # noqa: F401
from checks import await_agreement
from odd_servers import OddServer
from recorder import END
from scenario import check, main, note, wait_until

INTERVAL = 1.0
LIMIT = 30.0
NO_SUCH_HOST = "klaxon-no-such-host.invalid"


def await_reason(agent, what, pattern):
    """Until the page and the log say what is wrong in these words; the program answers all the while."""
    def told():
        status, page = agent.get("/")
        return (status == 200 and bool(re.search(pattern, page))) or f"status {status}; the log ends: {agent.log()[-300:]}"

    took = wait_until(f"the page says that {what} (/{pattern}/)", LIMIT, told)
    check(agent.get("/-/healthy")[0] == 200, f"{what}: said on the page after {took:.1f} s, and the process is healthy")
    check(not agent.metrics().series(END), "no offset is shown for a cluster that cannot be read")
    lines = [line for line in agent.log().splitlines() if re.search(pattern, line)]
    check(lines, f"the log says it: {lines[-1] if lines else ''}")


def run(case):
    stack = case.stack
    lost = case.klaxon("--bootstrap", NO_SUCH_HOST + ":9092", "--interval", f"{INTERVAL:g}s", name="klaxon-lost")
    await_reason(lost, "the name cannot be resolved", r"does not resolve here")
    lost.terminate()

    stack.run("up", "kafka")
    case.load("kafka", topics=2, partitions=10, groups=4)
    address = stack.address("kafka", 1)
    port = int(address.rsplit(":", 1)[1])
    stack.run("stop", "kafka")
    agent = case.klaxon("--bootstrap", address, "--interval", f"{INTERVAL:g}s")
    await_reason(agent, "nothing listens at the address", r"connection refused; is the broker running")

    server = OddServer("web", port=port)
    case.at_exit(server.stop)
    await_reason(agent, "a web server is behind the address", r"it looks like a web server")
    server.stop()

    stack.advertise("kafka", 1, NO_SUCH_HOST)
    stack.run("start", "kafka")
    await_reason(agent, "the advertised name cannot be resolved", rf"advertises {re.escape(NO_SUCH_HOST)}:\d+, which does not resolve")
    stack.run("stop", "kafka")

    stack.advertise("kafka", 1, "127.0.0.1")
    stack.run("start", "kafka")
    await_agreement(agent, address)
    note("healed without a restart")
    agent.terminate()


main(run)
