"""With its topics followed, a failed task of Connect, and what somebody changes, show long before REST is asked again."""

import json
import os

import _paths  # noqa: F401
from connect_tasks import BOTH, command, request, shown_states, start, task_states
from scenario import check, main, wait_until

INTERVAL = 30.0  # of REST: what comes sooner came by the topic
CONNECTOR = "orders"


def changes(agent):
    """What the config topic told, as [change, connector, lines]; only what was seen to happen."""
    clusters = json.loads(agent.get("/api/klaxon/v1/connectors")[1])["connect_clusters"]
    return [[each["change"], each["connector"], each["detail"]] for each in clusters[0]["config_changes"] or [] if each["seen_to_happen"]]


def change_and_see(agent, url):
    """Everything that can be changed over REST is told, without secrets, and nothing else."""
    config = request("GET", f"{url}/connectors/{CONNECTOR}/config")
    config |= {"tasks.max": "1", "database.password": "hunter2"}
    request("PUT", f"{url}/connectors/{CONNECTOR}/config", config)
    expected = [["configured", CONNECTOR, ["database.password: *** (new)", "tasks.max: 2 \u2192 1"]], ["tasks", CONNECTOR, ["2 \u2192 1 tasks"]]]
    took = wait_until("a changed configuration is told", INTERVAL - 10, lambda: changes(agent) == expected or str(changes(agent)), pause=0.05)
    check(True, f"a changed configuration is told key by key {took:.2f} s after REST took it, and the tasks that came of it")
    for verb, method, target in (("pause", "PUT", "STARTED \u2192 PAUSED"), ("resume", "PUT", "PAUSED \u2192 STARTED")):
        request(method, f"{url}/connectors/{CONNECTOR}/{verb}")
        expected.append(["target_state", CONNECTOR, [target]])
        wait_until(f"told: {target}", INTERVAL - 10, lambda: changes(agent) == expected or str(changes(agent)), pause=0.05)
    request("POST", f"{url}/connectors/{CONNECTOR}/restart?includeTasks=true&onlyFailed=true")
    expected.append(["restart", CONNECTOR, ["with its tasks, what has failed only"]])
    wait_until("a restart is told", INTERVAL - 10, lambda: changes(agent) == expected or str(changes(agent)), pause=0.05)
    request("DELETE", f"{url}/connectors/{CONNECTOR}")
    expected.append(["deleted", CONNECTOR, []])
    wait_until("its end is told", INTERVAL - 10, lambda: changes(agent) == expected or str(changes(agent)), pause=0.05)
    page = agent.get("/")[1]
    check("was configured anew" in page and "tasks.max: 2 \u2192 1" in page, "the page has them as events and as last changes")
    check("hunter2" not in page and "hunter2" not in agent.get("/api/klaxon/v1/connectors")[1], "and the password is nowhere")


def run(case):
    stack = case.stack
    url, control = start(case, CONNECTOR)
    topics = case.kafka_tool("topics", stack.bootstrap("kafka"), "--list").split()
    status, configs = (next(name for name in topics if name.endswith(end)) for end in ("-status", "-configs"))
    config = os.path.join(case.folder, "status.yaml")
    kafka = {"bootstrap.servers": stack.bootstrap("kafka"), "connect_topics": [{"name": "etl", "status": status, "config": configs}]}
    connect = [{"name": "etl", "url": url, "interval": f"{INTERVAL:g}s"}]
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"clusters": [{"name": "main", "kafka": kafka, "connect": connect}]}, file)
    agent = case.klaxon("--config", config)
    wait_until("both tasks are shown running", 30, lambda: shown_states(agent, CONNECTOR) == BOTH)

    command(control, "fail-task 0\nmessage the disk is full\n")
    wait_until("Connect says that the task failed", 30, lambda: task_states(url, CONNECTOR).get(0) == "FAILED", pause=0.02)
    took = wait_until("/metrics says so", INTERVAL - 10, lambda: shown_states(agent, CONNECTOR).get(0) == "FAILED", pause=0.02)
    check(True, f"a failed task is on /metrics {took:.2f} s after Connect says so; REST is asked every {INTERVAL:g} s")
    page = agent.get("/")[1]
    check("the disk is full" in page, "its root cause is on the page")
    groups = case.kafka_tool("groups", stack.bootstrap("kafka"), "--list").split()
    check(not [name for name in groups if "klaxon" in name], "no consumer group was made")
    change_and_see(agent, url)
    agent.terminate()


main(run)
