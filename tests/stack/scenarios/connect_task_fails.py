"""A real Connect task fails: metrics and page show it with its root cause within one interval."""

import html
import json
import urllib.parse

import _paths  # noqa: F401
from checks import cluster_label
from connect_tasks import BOTH, command, request, shown_states, start, task_states
from scenario import check, main, wait_until

INTERVAL = 2.0
# One interval and the poll itself, with room for a loaded machine. What it took is printed.
LIMIT = INTERVAL + 8
CONNECTOR = "orders <source> & more"
CAUSE = "the disk of shard <7> is full & \"read-only\""


def run(case):
    stack = case.stack
    url, control = start(case, CONNECTOR)
    agent = case.klaxon("--bootstrap", stack.bootstrap("kafka"), "--connect", url, "--interval", f"{INTERVAL:g}s")
    cluster_label(agent)
    wait_until("/metrics shows both tasks running", 30, lambda: shown_states(agent, CONNECTOR) == BOTH or str(shown_states(agent, CONNECTOR)))

    command(control, f"fail-task-cause 1\nmessage {CAUSE}\n")
    failed = {0: "RUNNING", 1: "FAILED"}
    wait_until("Connect itself says that task 1 failed", 30, lambda: task_states(url, CONNECTOR) == failed)
    took = wait_until("/metrics shows it", LIMIT, lambda: shown_states(agent, CONNECTOR) == failed or str(shown_states(agent, CONNECTOR)))
    check(True, f"/metrics shows task 1 FAILED {took:.1f} s after Connect said so")
    status, page = agent.get("/")
    check(status == 200 and CONNECTOR in html.unescape(page), "the page names the connector")
    check(CAUSE in html.unescape(page), "and the root cause of its failure, two exceptions deep")
    check("<7>" not in page and "<source>" not in page, "both escaped")
    _, answer = agent.get("/api/klaxon/v1/connectors")
    check(CAUSE in json.dumps(json.loads(answer), ensure_ascii=False).replace('\\"', '"'), "the API has the root cause, too")

    command(control, "")
    name = urllib.parse.quote(CONNECTOR)
    request("POST", f"{url}/connectors/{name}/restart?includeTasks=true&onlyFailed=true")
    wait_until("Connect runs both tasks again", 60, lambda: task_states(url, CONNECTOR) == BOTH)
    took = wait_until("/metrics shows it", LIMIT, lambda: shown_states(agent, CONNECTOR) == BOTH)
    check(True, f"restarted, /metrics shows it RUNNING {took:.1f} s after Connect said so")

    stack.run("kill", "connect")
    wait_until("/metrics shows no task states when the worker is gone", 3 * INTERVAL + 10, lambda: not shown_states(agent, CONNECTOR))
    check(True, "with the worker killed its states leave /metrics")
    agent.terminate()


main(run)
