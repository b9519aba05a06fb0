"""Recovery acts on a real Connect, at its defaults: what fails for a passing reason runs again by one restart, what fails at the same records
every time is left alone with its place, and nothing else is touched.
"""

import json
import os
import re
import sqlite3
import subprocess
import time

import _paths  # noqa: F401
import acting
from connect_probe import Rest
from connect_tasks import command
from scenario import check, main, note, wait_until

LIMIT = 20.0  # seconds from FAILED, as Connect tells it, to RUNNING
SINKS = ("passing", "poisoned", "healthy")


def recovery(agent, name):
    rows = json.loads(agent.get("/api/klaxon/v1/connectors")[1])["connectors"]
    return next((row["recovery"] or {} for row in rows if row["connector"] == name), {})


def restarts(agent, outcome="accepted"):
    return agent.metrics().value("kafka_connect_restart_attempts_total", outcome=outcome)


def sent(folder):
    with sqlite3.connect(f"file:{folder}/state/klaxon.db?mode=ro", uri=True) as journal:
        return journal.execute("SELECT connector, outcome, verdict FROM recovery_attempts ORDER BY id").fetchall()


def run(case):
    stack = case.stack
    stack.run("up", "kafka", "connect")
    bootstrap, rest = stack.bootstrap("kafka"), Rest(stack.url("connect"))
    case.kafka_tool("topics", bootstrap, "--create", "--topic", "orders", "--partitions", "1")
    case.traffic("kafka", topics="orders", rate=20)
    controls = {name: os.path.join(case.folder, name) for name in SINKS}
    for name, control in controls.items():
        command(control, "")
        rest.create(name, "klaxon.test.FaultySink", tasks__max=1, topics="orders", control__file=control)
    wait_until("all run", 60, lambda: [state for state, _ in rest.states().values()] == ["RUNNING"] * 6)
    acting.forget(case)
    config = acting.configure(case, bootstrap, [rest.url])
    agent = case.klaxon("--config", config)
    wait_until("two polls have passed since the start", 60, lambda: (agent.metrics().value("klaxon_collector_polls_total", collector="recovery") or 0) >= 3 or "fewer")

    command(controls["passing"], "fail-task-cause 0\nmessage connection reset by peer\n")
    command(controls["poisoned"], "fail-task 0\nmessage this record cannot be written\n")
    wait_until("Connect says that it failed", 30, lambda: rest.states()[("passing", 0)][0] == "FAILED", pause=0.05)
    failed_at = time.monotonic()
    command(controls["passing"], "")
    wait_until("it runs again", 60, lambda: rest.states()[("passing", 0)][0] == "RUNNING", pause=0.1)
    took = time.monotonic() - failed_at
    check(took < LIMIT, f"failed for a passing reason, it runs again {took:.1f} s after Connect said FAILED")

    wait_until("it is seen to have recovered", 60, lambda: (recovery(agent, "passing").get("last_restart") or {}).get("verdict") == "recovered" or json.dumps(recovery(agent, "passing")))
    told = recovery(agent, "passing")["last_restart"]
    check(told["outcome"] == "accepted", f"the API tells it: {told['words']}; {told['evidence']}; {told['recovered_after_seconds']:.1f} s after it was seen to fail")
    took = wait_until("the poisoned one is in quarantine", 120, lambda: recovery(agent, "poisoned").get("action") == "quarantine" or json.dumps(recovery(agent, "poisoned")))
    why = recovery(agent, "poisoned")["why"]
    place = re.search(r"without moving from orders-0@(\d+)$", why)
    check(place is not None, f"what fails at the same record every time is left alone: {why}")
    committed = case.kafka_tool("groups", bootstrap, "--describe", "--group", "connect-poisoned")
    row = next(line.split() for line in committed.splitlines() if " orders " in line)
    check(place and row[3] == place[1], f"Kafka's own tool says the same place: {row[3]}")
    journal = sent(case.folder)
    note(f"restarts in the journal: {journal}")
    check([entry for entry in journal if entry[0] == "passing"] == [("passing", "accepted", "recovered")], "one restart was sent for the passing failure")
    check(all(entry[0] != "healthy" for entry in journal), "none was sent to what is healthy")
    check(restarts(agent) == len(journal), f"/metrics counts {restarts(agent):g} accepted restarts, as the journal does")
    done = subprocess.run([case.klaxon_binary(), "recovery", "explain", "poisoned", "--config", config], capture_output=True, text=True, timeout=60)
    check(done.returncode == 0 and f"quarantine: {why}" in done.stdout and "restart 1: accepted (202, RESTARTING); failed_again" in done.stdout,
          "klaxon recovery explain tells both beside the running agent")
    agent.terminate()


main(run)
