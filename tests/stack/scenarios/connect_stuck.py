"""Real connectors that nobody carries any more, and a restart that does not end.

A worker whose herder is stuck (a connector hangs while it makes task configurations) cannot take over what another one leaves behind: that
stays UNASSIGNED. That a task is carried by no member of a group at rest, and that workers tell different states for minutes, cannot be
brought about on real workers by anything that may be done to them from outside: every rebalance deals out what nobody carries, and all read the
same topic. Both are driven through the simulator (tests/collectors/connect, tests/analysis/connect).
"""

import json
import os

import _paths  # noqa: F401
from connect_probe import Rest, configuration, patiently, workers_group
from scenario import check, main, note, wait_until

INTERVAL = 2.0
LIMIT = 2 * INTERVAL + 8  # two polls with room for a loaded machine
RESTART = 90 + LIMIT      # so long Klaxon lets a restart take
REBALANCE = 120 + 30      # ... and a rebalance
GROUP = "klaxon-connect2"
NAMES = ("one", "two", "three", "four")


def command(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def rows(agent):
    return json.loads(agent.get("/api/klaxon/v1/connectors")[1])["connectors"]


def problems(agent):
    """(connector, task) -> problems, of what is reported; task -1 is the connector."""
    found = {}
    for row in rows(agent):
        for problem in row["problems"] or []:
            found.setdefault((row["connector"], -1 if problem["task"] is None else problem["task"]), set()).add(problem["problem"])
    return found


def decided(agent, connector, why):
    """Whether recovery says so, which only observes here."""
    told = next((row["recovery"] or {} for row in rows(agent) if row["connector"] == connector), {})
    return why in told.get("why", "") or str(told)


def left_alone(agent, rest, gone):
    """Row 7, and row 9 for what still says RUNNING where it was: a worker that leaves does not tell the end of all that it carried."""
    states = rest.states()
    ghosts = {name for (name, _), (state, at) in states.items() if state == "RUNNING" and at == gone}
    waiting = {name for name, _ in unassigned(rest)} - ghosts
    wanted = {name: "its worker is gone" for name in ghosts} | {name: "Connect deals its work out by itself" for name in waiting}
    told = {name: decided(agent, name, why) for name, why in wanted.items()}
    return (bool(waiting) and all(each is True for each in told.values())) or f"{told}, {states}"


def carried(bootstrap):
    group = workers_group(bootstrap, GROUP)
    return {member.worker: {name for name, task in member.carries if task < 0} for member in group.members} if group.state == "Stable" else {}


def start(case):
    """Four connectors on two workers, all well; their control files are named as they are."""
    stack = case.stack
    stack.run("up", "kafka", "connect2")
    bootstrap = stack.bootstrap("kafka")
    case.kafka_tool("topics", bootstrap, "--create", "--topic", "written", "--partitions", "1")
    rests = [Rest(node["url"]) for node in stack.describe("connect2")["nodes"]]
    for name in NAMES:
        command(os.path.join(case.folder, name), "")
        made = {"tasks__max": 2, "topic": "written", "control__file": os.path.join(case.folder, name)}
        wait_until(f"'{name}' is there", 60, lambda name=name, made=made: patiently(lambda: rests[0].create(name, "klaxon.test.FaultySource", **made)), pause=0.5)
    wait_until("both workers carry connectors", 90, lambda: len(carried(bootstrap)) == 2 and all(carried(bootstrap).values()))
    wait_until("all run", 60, lambda: [state for state, _ in rests[0].states().values()] == ["RUNNING"] * 12)
    return bootstrap, rests


def stuck_restart(case, agent, rest, name):
    """A restart whose task hangs while it starts; it is left so."""
    control = os.path.join(case.folder, name)
    command(control, "fail-task 0\n")
    wait_until("the task failed", 60, lambda: rest.states()[(name, 0)][0] == "FAILED")
    command(control, "hang-task-start 0\n")
    wait_until("the restart is taken", 60, lambda: patiently(lambda: rest.restart(name)), pause=0.5)
    wait_until("Connect says RESTARTING", 60, lambda: rest.states()[(name, 0)][0] == "RESTARTING" or str(rest.states()))
    took = wait_until("it is called stuck", RESTART, lambda: problems(agent) == {(name, 0): {"stuck_restarting"}} or str(problems(agent)), pause=0.5)
    wait_until("recovery leaves it alone", 30, lambda: decided(agent, name, "RESTARTING for longer than 1m30s"))
    check(took > 80, f"a task that Connect calls RESTARTING for {took:.0f} s is stuck in a restart, and was not before")
    command(control, "")
    wait_until("Connect runs it", 60, lambda: rest.states()[(name, 0)][0] == "RUNNING")
    took = wait_until("nothing is wrong", LIMIT, lambda: not problems(agent) or str(problems(agent)))
    check(True, f"it started after all: well {took:.1f} s later")


def unassigned(rest):
    return {key for key, (state, _) in rest.states().items() if state == "UNASSIGNED"}


def on(rest, worker):
    return {key for key, (state, at) in rest.states().items() if at == worker and state == "RUNNING"}


def nobody_carries(case, agent, bootstrap, rests):
    workers = [rest.url.removeprefix("http://") for rest in rests]
    mine = carried(bootstrap)
    control = os.path.join(case.folder, min(mine[workers[0]]))
    command(control, "hang-task-configs\ntasks 1\n")  # the changed count makes the connector ask for it
    took = wait_until("its worker says that it is stuck", 60, lambda: "is stuck" in agent.get("/")[1], pause=0.5)
    check(f"worker {rests[0].url} is stuck" in agent.get("/")[1], f"a connector hangs in its worker's herder: the page says so {took:.1f} s later")
    case.stack.run("stop", "connect2", "2")
    left = {(connector, -1) for connector in mine[workers[1]]}
    wait_until("what the other one carried is UNASSIGNED", 60, lambda: unassigned(rests[0]) >= left or str(rests[0].states()))
    group = workers_group(bootstrap, GROUP)
    note(f"the group is {group.state}; REST of the stuck worker: {rests[0].states()}")
    wait_until("recovery waits for Connect", 30, lambda: left_alone(agent, rests[0], workers[1]))
    check(True, "what Connect will deal out by itself is left alone")

    def right():
        found = problems(agent)
        stuck = {key for key, what in found.items() if "stuck_unassigned" in what}
        return stuck == unassigned(rests[0]) or f"{found} while REST has UNASSIGNED {unassigned(rests[0])}"

    took = wait_until("exactly what is UNASSIGNED is called stuck", REBALANCE, right, pause=0.5)
    check(took > 25, f"{len(left)} connectors that nobody takes over are called stuck after {took:.0f} s, exactly those that REST calls UNASSIGNED")
    stuck = {name for name, _ in unassigned(rests[0])}
    wait_until("recovery says that no restart helps", 30, lambda: all(decided(agent, name, "no worker carries it") is True for name in stuck))
    note(f"all that is wrong: {problems(agent)}; the group is {workers_group(bootstrap, GROUP).state}")
    command(control, "")
    wait_until("the worker takes over", 180, lambda: len(carried(bootstrap).get(workers[0], ())) == len(NAMES), pause=0.5)
    wait_until("Connect runs everything", 60, lambda: not unassigned(rests[0]) and not on(rests[0], workers[1]))
    took = wait_until("nothing is wrong", LIMIT + 10, lambda: not problems(agent) or str(problems(agent)))
    check(True, f"it goes on and takes over: well {took:.1f} s later")


def run(case):
    bootstrap, rests = start(case)
    config = configuration(os.path.join(case.folder, "klaxon.yaml"), bootstrap, [rest.url for rest in rests], INTERVAL)
    agent = case.klaxon("--config", config)
    wait_until("Klaxon sees them all well", 30, lambda: len(rows(agent)) == len(NAMES) and not problems(agent))
    stuck_restart(case, agent, rests[0], "one")
    nobody_carries(case, agent, bootstrap, rests)
    agent.terminate()


main(run)
