"""Real connectors that call themselves RUNNING and move nothing: a sink that commits no more, a source whose own offsets stand still; and
a sink whose records all go to its dead letter topic.
"""

import os
import time

import _paths  # noqa: F401
from connect_probe import Rest, configuration
from scenario import check, main, note, wait_until

INTERVAL = 2.0
# Klaxon waits two minutes, twice what a sink's commits take by default.
LIMIT = 120 + 30
# ... and five for a source, which may just have nothing to read; its offsets are asked for every ten seconds.
OFFSETS = 10.0
SOURCE_LIMIT = 300 + 2 * OFFSETS + 30


def command(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def problems(agent, connector):
    rows = agent.metrics().series("kafka_connect_connector_problem", connector=connector)
    return {row["problem"] for row, value in rows if value == 1}


def zombies(agent, connector):
    return {row["problem"]: value for row, value in agent.metrics().series("kafka_connect_connector_problem", connector=connector)}.get("zombie")


def end_of(case, bootstrap, topic):
    """Records that a topic ever had, as Kafka's own tool counts them."""
    return sum(int(line.rsplit(":", 1)[1]) for line in case.kafka_tool("offsets", bootstrap, "--topic", topic).split())


def letters_told(agent):
    return agent.metrics().value("kafka_connect_dead_letter_records_total", connector="filter")


def dead_letters(case, agent, rest, bootstrap):
    took = wait_until("dead letters are told", 60, lambda: problems(agent, "filter") == {"dead_letters"} or str(problems(agent, "filter")))
    check({state for key, (state, _) in rest.states().items() if key[0] == "filter"} == {"RUNNING"}, "Connect calls all of 'filter' RUNNING")
    check("records went to its dead letter topic dead in the last" in agent.get("/")[1], f"every record of 'filter' is a dead letter: told {took:.1f} s later")
    rest.order("pause", "filter")
    wait_until("no more come", 60, lambda: end_of(case, bootstrap, "dead") == end_of(case, bootstrap, "dead"), pause=1)
    truth = end_of(case, bootstrap, "dead")
    took = wait_until("they are counted", 2 * INTERVAL + 8, lambda: letters_told(agent) == truth or f"{letters_told(agent)} instead of {truth}")
    check(truth > 0, f"{truth} dead letters are told, as Kafka's own tool counts them")


def run(case):
    stack = case.stack
    stack.run("up", "kafka", "connect")
    bootstrap, rest = stack.bootstrap("kafka"), Rest(stack.url("connect"))
    control, tap = os.path.join(case.folder, "control"), os.path.join(case.folder, "tap")
    command(control, "")
    command(tap, "")
    for topic in ("orders", "tapped", "dead"):
        case.kafka_tool("topics", bootstrap, "--create", "--topic", topic, "--partitions", "2")
    case.traffic("kafka", topics="orders", rate=20)
    for name in ("lake", "idle"):
        rest.create(name, "klaxon.test.FaultySink", tasks__max=2, topics="orders", control__file=control if name == "lake" else control + "-none")
    rest.create("tap", "klaxon.test.FaultySource", tasks__max=1, topic="tapped", control__file=tap)
    schemas = {"value__converter": "org.apache.kafka.connect.json.JsonConverter", "value__converter__schemas__enable": "true"}
    letters = {"errors__tolerance": "all", "errors__deadletterqueue__topic__name": "dead", "errors__deadletterqueue__topic__replication__factor": 1}
    rest.create("filter", "klaxon.test.FaultySink", tasks__max=1, topics="orders", control__file=control + "-none", **schemas, **letters)
    wait_until("all run", 60, lambda: [state for state, _ in rest.states().values()] == ["RUNNING"] * 10)
    agent = case.klaxon("--config", configuration(os.path.join(case.folder, "klaxon.yaml"), bootstrap, [rest.url], INTERVAL, OFFSETS))
    took = wait_until("all are known to move", 90, lambda: [zombies(agent, name) for name in ("lake", "idle", "tap")] == [0, 0, 0])
    check(True, f"all are known to move data {took:.1f} s after the start")
    lag = agent.metrics().value("kafka_connect_connector_lag", connector="lake")
    note(f"lag of lake: {lag:g} records")
    dead_letters(case, agent, rest, bootstrap)

    command(control, "zombie\n")
    command(tap, "zombie\n")
    frozen_at = time.monotonic()
    states = {state for (name, _), (state, _) in rest.states().items() if name != "filter"}
    took = wait_until("it is a zombie", LIMIT, lambda: problems(agent, "lake") == {"zombie"})
    check(states == {"RUNNING"}, "Connect calls all of it RUNNING")
    check(took > 100, f"{took:.0f} s after its last commit it is called a zombie, and was not before")
    page = agent.get("/")[1]
    check("is not committed any further" in page and "RUNNING, but no data moves" in page, "the page says why in one line")
    check(not problems(agent, "idle"), "the other sink of the same topic is well")
    command(control, "")
    took = wait_until("it moves again", 30, lambda: not problems(agent, "lake"))
    check(True, f"it commits again: well {took:.1f} s later")

    offsets = rest.offsets("tap")
    check(not problems(agent, "tap"), "the source that stands still for as long is not called a zombie yet: it may have nothing to read")
    wait_until("the source is a zombie", SOURCE_LIMIT, lambda: problems(agent, "tap") == {"zombie"}, pause=0.5)
    took = time.monotonic() - frozen_at
    check(rest.offsets("tap") == offsets, f"its offsets stand still in REST, too: {offsets}")
    check(took > 290, f"{took:.0f} s after its last record it is called a zombie, and was not before")
    check("RUNNING, but its own offsets stand still for" in agent.get("/")[1], "the page says by what")
    command(tap, "")
    took = wait_until("it moves again", 3 * OFFSETS + 20, lambda: not problems(agent, "tap"))
    check(rest.offsets("tap") != offsets, f"it writes again: well {took:.1f} s later")
    agent.terminate()


main(run)
