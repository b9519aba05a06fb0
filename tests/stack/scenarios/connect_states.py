"""Every state of a real connector and every kind of failure, each named with its cause; what is meant to be so is not called wrong."""

import json
import os
import subprocess
import urllib.parse

import _paths  # noqa: F401
from connect_probe import Rest, configuration, patiently
from scenario import check, main, note, wait_until

INTERVAL = 2.0
# Two polls with room for a loaded machine; what it took is printed.
LIMIT = 2 * INTERVAL + 8
# Of what Klaxon waits for before it calls something wrong that may pass: 30 s.
GRACE = 30 + LIMIT
SOURCE, SINK = "klaxon.test.FaultySource", "klaxon.test.FaultySink"
MIRROR = "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector"

# name: class, commands of its control file, what is wrong with it ("task 0: failed"), a part of the reason
CONNECTORS = {
    "well": (SOURCE, "", set(), ""),
    "paused": (SOURCE, "", set(), ""),
    "stopped": (SOURCE, "", set(), ""),
    "task fails": (SOURCE, "fail-task 1\nmessage the disk is full", {"task 1: failed"}, "the disk is full"),
    "fails deep down": (SINK, "fail-task-cause 0\nmessage the socket broke", {"task 0: failed"}, "java.io.IOException: the socket broke"),
    "task start fails": (SOURCE, "fail-task-start\nmessage no such table", {"task 0: failed", "task 1: failed"}, "no such table"),
    "start fails": (SOURCE, "fail-connector-start\nmessage no such host", {"failed"}, "no such host"),
    "raises": (SOURCE, "raise-connector-error\nmessage lost the lease", {"failed"}, "lost the lease"),
    "start hangs": (SOURCE, "hang-connector-start", {"no_status"}, "its start hangs"),
    "no tasks": (SOURCE, "tasks 0", {"zero_tasks"}, "RUNNING without a task"),
    "configs fail": (SOURCE, "fail-task-configs", {"zero_tasks"}, "only the log of 127.0.0.1:"),
    "file": ("org.apache.kafka.connect.file.FileStreamSinkConnector", None, {"task 0: failed"}, "NoSuchFileException"),
    "poison": (SINK, "", {"task 0: failed", "task 1: failed"}, "DataException"),
    "heartbeats": (MIRROR, None, set(), ""),
}


def config_of(name, case, bootstrap):
    java_class, commands, _, _ = CONNECTORS[name]
    config = {"tasks.max": "1" if name == "file" else "2"}
    if commands is not None:
        config["control.file"] = os.path.join(case.folder, name.replace(" ", "-"))
        with open(config["control.file"], "w", encoding="utf-8") as file:
            file.write(commands + "\n")
    if java_class == SOURCE:
        config["topic"] = "written"
    elif java_class != MIRROR:
        config["topics"] = "poisoned" if name == "poison" else "written"
    if name == "poison":  # plain numbers are no JSON with a schema
        config.update({"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "true"})
    if name == "file":
        config["file"] = os.path.join(case.folder, "no-such-folder", "out.txt")
    if java_class == MIRROR:
        config.update({"source.cluster.alias": "a", "target.cluster.alias": "b", "emit.heartbeats.enabled": "false"})
        config.update({f"{side}.cluster.bootstrap.servers": bootstrap for side in ("source", "target")})
    return {"connector.class": java_class, **config}


def create(rest, name, config):
    def post():
        if name not in rest.ask("GET", "/connectors"):
            rest.ask("POST", "/connectors", {"name": name, "config": config}, timeout=100)

    wait_until(f"'{name}' is created", 60, lambda: patiently(post), pause=0.3)


def shown(agent):
    return {row["connector"]: row for row in json.loads(agent.get("/api/klaxon/v1/connectors")[1])["connectors"]}


def states_of(row):
    if row["state"] is None:
        return {}
    return {-1: (row["state"], row["worker"]), **{task["id"]: (task["state"], task["worker"]) for task in row["tasks"]}}


def differences(agent, rest):
    rows, truth = shown(agent), rest.states()
    if set(rows) != set(CONNECTORS):
        return f"connectors {sorted(rows)}"
    for name, row in rows.items():
        told = {task: state for (connector, task), state in truth.items() if connector == name}
        if states_of(row) != told:
            return f"{name}: {states_of(row)} instead of {told}"
    return ""


def words(row):
    return {("" if problem["task"] is None else f"task {problem['task']}: ") + problem["problem"] for problem in row["problems"]}


def wrong_verdicts(agent):
    rows = shown(agent)
    return "; ".join(f"{name}: {words(rows[name])} instead of {wanted}" for name, (_, _, wanted, _) in CONNECTORS.items() if words(rows[name]) != wanted)


def command(case, config, *arguments):
    done = subprocess.run([case.klaxon_binary(), "connectors", "--config", config, *arguments], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def run(case):
    stack = case.stack
    stack.run("up", "kafka", "connect2")
    bootstrap, described = stack.bootstrap("kafka"), stack.describe("connect2")
    urls = [node["url"] for node in described["nodes"]]
    rest = Rest(urls[0])
    for topic in ("written", "poisoned"):
        case.kafka_tool("topics", bootstrap, "--create", "--topic", topic, "--partitions", "2")
    case.traffic("kafka", topics="poisoned", rate=10)
    config = configuration(os.path.join(case.folder, "klaxon.yaml"), bootstrap, urls, INTERVAL)
    agent = case.klaxon("--config", config)
    for name in CONNECTORS:
        create(rest, name, config_of(name, case, bootstrap))
    for verb, name in (("pause", "paused"), ("stop", "stopped")):
        wait_until(f"{verb} is taken", 60, lambda verb=verb, name=name: patiently(lambda: rest.order(verb, name)), pause=0.3)
    settled = {("paused", -1): "PAUSED", ("stopped", -1): "STOPPED", ("raises", -1): "FAILED", ("start fails", -1): "FAILED", ("poison", 1): "FAILED"}
    wait_until("Connect has settled", 90, lambda: all(rest.states().get(key, [""])[0] == state for key, state in settled.items()) or str(rest.states()))
    took = wait_until("every state and worker equals REST's", LIMIT, lambda: differences(agent, rest) or True)
    check(True, f"{len(CONNECTORS)} connectors, every state and worker equals what REST says ({took:.1f} s)")

    took = wait_until("every verdict is the right one", GRACE, lambda: wrong_verdicts(agent) or True)
    check(True, f"every verdict is the right one, after {took:.1f} s; paused, stopped and heartbeats without tasks are not called wrong")
    rows = shown(agent)
    for name, (_, _, wanted, reason) in CONNECTORS.items():
        if wanted:
            whys = [problem["why"] for problem in rows[name]["problems"]]
            check(any(reason in why for why in whys), f"'{name}' says why: {whys[0]}")
    check(rows["paused"]["intent"] == "paused" and rows["stopped"]["intent"] == "stopped", "what is meant is told")

    code, out, err = command(case, config)
    check(code == 1 and "the disk is full" in out and not err, "klaxon connectors prints it and ends with 1")
    code, out, _ = command(case, config, "--connector", "well", "--connector", "paused")
    check(code == 0 and "well" in out and "task fails" not in out, "asked for two that are well, it ends with 0")
    code, out, _ = command(case, config, "--problems")
    check(code == 1 and "\nwell " not in out and "poison" in out, "--problems leaves out what is well")
    code, out, _ = command(case, config, "--json")
    check(len(json.loads(out)["connectors"]) == len(CONNECTORS), "--json has all of them")

    # They heal: the next two polls say so.
    with open(os.path.join(case.folder, "task-fails"), "w", encoding="utf-8"):
        pass
    wait_until("the restart is taken", 60, lambda: patiently(lambda: rest.restart("task fails")), pause=0.3)
    key = ("task fails", 1)
    wait_until("Connect runs the task again", 60, lambda: rest.states()[key][0] == "RUNNING")
    took = wait_until("nothing is wrong with it", LIMIT, lambda: words(shown(agent)["task fails"]) == set())
    check(True, f"restarted, it is well again {took:.1f} s after Connect said so")
    check("etl / task fails task 1: " in agent.get("/")[1], "the page tells it as an event")
    wait_until("the delete is taken", 60, lambda: patiently(lambda: rest.ask("DELETE", "/connectors/" + urllib.parse.quote("raises"))), pause=0.3)
    took = wait_until("it is gone", LIMIT, lambda: "raises" not in shown(agent))
    check("connector etl / raises was deleted" in agent.get("/")[1], f"a deleted connector leaves {took:.1f} s later, as an event")
    note(f"Klaxon holds {agent.resident_mib():.0f} MiB")
    agent.terminate()


main(run)
