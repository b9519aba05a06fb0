"""With the status topic followed, a failed task is on /metrics long before REST is asked again."""

import json
import os

import _paths  # noqa: F401
from connect_tasks import command, create, shown_states, task_states
from scenario import check, main, wait_until

INTERVAL = 30.0  # of REST: what comes sooner came by the topic
CONNECTOR = "orders"


def run(case):
    stack = case.stack
    stack.run("up", "kafka", "connect")
    url, control = stack.url("connect"), os.path.join(case.folder, "control")
    command(control, "")
    case.kafka_tool("topics", stack.bootstrap("kafka"), "--create", "--topic", "written", "--partitions", "1")
    create(url, CONNECTOR, control)
    both = {0: "RUNNING", 1: "RUNNING"}
    wait_until("both tasks run", 60, lambda: task_states(url, CONNECTOR) == both)
    status = next(name for name in case.kafka_tool("topics", stack.bootstrap("kafka"), "--list").split() if name.endswith("-status"))
    config = os.path.join(case.folder, "status.yaml")
    kafka = {"bootstrap.servers": stack.bootstrap("kafka"), "connect_topics": [{"name": "etl", "status": status}]}
    connect = [{"name": "etl", "url": url, "interval": f"{INTERVAL:g}s"}]
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"clusters": [{"name": "main", "kafka": kafka, "connect": connect}]}, file)
    agent = case.klaxon("--config", config)
    wait_until("both tasks are shown running", 30, lambda: shown_states(agent, CONNECTOR) == both)

    command(control, "fail-task 0\nmessage the disk is full\n")
    wait_until("Connect says that the task failed", 30, lambda: task_states(url, CONNECTOR).get(0) == "FAILED", pause=0.02)
    took = wait_until("/metrics says so", INTERVAL - 10, lambda: shown_states(agent, CONNECTOR).get(0) == "FAILED", pause=0.02)
    check(True, f"a failed task is on /metrics {took:.2f} s after Connect says so; REST is asked every {INTERVAL:g} s")
    page = agent.get("/")[1]
    check("the disk is full" in page, "its root cause is on the page")
    groups = case.kafka_tool("groups", stack.bootstrap("kafka"), "--list").split()
    check(not [name for name in groups if "klaxon" in name], "no consumer group was made")
    agent.terminate()


main(run)
