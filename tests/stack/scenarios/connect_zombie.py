"""A real sink that calls itself RUNNING and commits nothing: a zombie; one of its tasks that leaves its consumer group: another."""

import os

import _paths  # noqa: F401
from connect_probe import Rest, configuration
from scenario import check, main, note, wait_until

INTERVAL = 2.0
# Klaxon waits two minutes, twice what a sink's commits take by default.
LIMIT = 120 + 30


def command(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def problems(agent, connector):
    rows = agent.metrics().series("kafka_connect_connector_problem", connector=connector)
    return {row["problem"] for row, value in rows if value == 1}


def zombies(agent, connector):
    return {row["problem"]: value for row, value in agent.metrics().series("kafka_connect_connector_problem", connector=connector)}.get("zombie")


def run(case):
    stack = case.stack
    stack.run("up", "kafka", "connect")
    bootstrap, rest = stack.bootstrap("kafka"), Rest(stack.url("connect"))
    control = os.path.join(case.folder, "control")
    command(control, "")
    case.kafka_tool("topics", bootstrap, "--create", "--topic", "orders", "--partitions", "2")
    case.traffic("kafka", topics="orders", rate=20)
    for name in ("lake", "idle"):
        rest.create(name, "klaxon.test.FaultySink", tasks__max=2, topics="orders", control__file=control if name == "lake" else control + "-none")
    wait_until("both run", 60, lambda: [state for state, _ in rest.states().values()] == ["RUNNING"] * 6)
    agent = case.klaxon("--config", configuration(os.path.join(case.folder, "klaxon.yaml"), bootstrap, [rest.url], INTERVAL))
    took = wait_until("both are known to move", 60, lambda: [zombies(agent, name) for name in ("lake", "idle")] == [0, 0])
    check(True, f"both are known to move data {took:.1f} s after the start")
    lag = agent.metrics().value("kafka_connect_connector_lag", connector="lake")
    note(f"lag of lake: {lag:g} records")

    command(control, "zombie\n")
    states = {state for state, _ in rest.states().values()}
    took = wait_until("it is a zombie", LIMIT, lambda: problems(agent, "lake") == {"zombie"})
    check(states == {"RUNNING"}, "Connect calls all of it RUNNING")
    check(took > 100, f"{took:.0f} s after its last commit it is called a zombie, and was not before")
    page = agent.get("/")[1]
    check("is not committed any further" in page and "RUNNING, but no data moves" in page, "the page says why in one line")
    check(not problems(agent, "idle"), "the other sink of the same topic is well")
    command(control, "")
    took = wait_until("it moves again", 30, lambda: not problems(agent, "lake"))
    check(True, f"it commits again: well {took:.1f} s later")
    agent.terminate()


main(run)
