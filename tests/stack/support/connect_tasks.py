"""A connector of klaxon.test.FaultySource on a real Connect: made, commanded by its file, and what is told of its tasks."""

import json
import os
import urllib.request

from scenario import wait_until

BOTH = {0: "RUNNING", 1: "RUNNING"}


def request(method, url, body=None):
    data = json.dumps(body).encode() if body is not None else None
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(asked, timeout=10) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def create(url, name, control):
    config = {"connector.class": "klaxon.test.FaultySource", "tasks.max": "2", "topic": "written", "control.file": control}
    request("POST", url + "/connectors", {"name": name, "config": config})


def task_states(url, name):
    status = request("GET", url + "/connectors?expand=status").get(name, {}).get("status", {})
    return {task["id"]: task["state"] for task in status.get("tasks", [])}


def shown_states(agent, name):
    rows = agent.metrics().series("kafka_connect_task_state", connector=name)
    return {int(labels["task"]): labels["state"].upper() for labels, value in rows if value == 1}


def command(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def start(case, name):
    """Brings up Kafka and Connect with a connector whose two tasks run; returns the worker's URL and the file that commands it."""
    case.stack.run("up", "kafka", "connect")
    url, control = case.stack.url("connect"), os.path.join(case.folder, "control")
    command(control, "")
    case.kafka_tool("topics", case.stack.bootstrap("kafka"), "--create", "--topic", "written", "--partitions", "1")
    create(url, name, control)
    wait_until("both tasks run", 60, lambda: task_states(url, name) == BOTH)
    return url, control
