"""Two real Connect workers: one is killed, comes back, is stopped. Klaxon's picture equals REST's and the group's own at rest, and in
between says within two polls who is gone, what is a ghost, and what waits.
"""

import json
import os

import _paths  # noqa: F401
from connect_probe import Rest, configuration, patiently, workers_group
from scenario import check, main, note, wait_until

INTERVAL = 2.0
# Two polls with room for a loaded machine; what it took is printed.
LIMIT = 2 * INTERVAL + 8
GROUP = "klaxon-connect2"
RUNNING = 3 + 2 + 2  # the tasks and connectors below


def labels(agent, metric, key, **wanted):
    return {row[key]: value for row, value in agent.metrics().series(metric, **wanted)}


def shown_loads(agent):
    page = agent.metrics()
    loads = {}
    for kind in ("connectors", "tasks"):
        for row, value in page.series(f"kafka_connect_worker_{kind}"):
            loads.setdefault(row["worker"], []).append(int(value))
    return loads


def true_loads(group):
    return {
        member.worker: [sum(task == -1 for _, task in member.carries), sum(task >= 0 for _, task in member.carries)]
        for member in group.members
    }


def shown_states(agent):
    page = agent.metrics()
    states = {}
    for row, value in page.series("kafka_connect_connector_state") + page.series("kafka_connect_task_state"):
        if value == 1:
            states[(row["connector"], int(row.get("task", -1)))] = row["state"]
    return states


def agrees(agent, rest, bootstrap):
    """The whole picture equals what REST and the group say, both asked here."""
    group = workers_group(bootstrap, GROUP)
    if group.state != "Stable":
        return f"the group is {group.state}"
    truth = {key: state for key, (state, _) in rest.states().items()}
    if shown_states(agent) != truth:
        return f"states {shown_states(agent)} instead of {truth}"
    if shown_loads(agent) != true_loads(group):
        return f"loads {shown_loads(agent)} instead of {true_loads(group)}"
    leader = [worker for worker, leads in labels(agent, "kafka_connect_worker_is_leader", "worker").items() if leads]
    if [f"http://{worker}/" for worker in leader] != [group.leader]:
        return f"leader {leader} instead of {group.leader}"
    return True


def problems(agent):
    """(connector, problem) that are reported."""
    rows = agent.metrics().series("kafka_connect_connector_problem")
    return {(row["connector"], row["problem"]) for row, value in rows if value == 1}


def ghosts(agent):
    rows = agent.metrics().series("kafka_connect_task_ghost")
    return {(row["connector"], int(row["task"])) for row, value in rows if value == 1}


def balanced(group):
    return group.state == "Stable" and all(member.carries for member in group.members) and sum(len(m.carries) for m in group.members) == RUNNING


def on(rest, worker):
    """Tasks that REST calls RUNNING on a worker."""
    return {key for key, (state, at) in rest.states().items() if at == worker and state == "RUNNING" and key[1] >= 0}


def events(agent):
    return agent.get("/")[1]


def ghosts_seen(agent, rest, bootstrap, gone):
    """Ghosts are exactly the tasks that REST calls RUNNING on the worker that is gone."""
    truth = on(rest, gone)
    return True if truth and ghosts(agent) == truth else f"ghosts {ghosts(agent)}, REST has {truth} on {gone}"


def run(case):
    stack = case.stack
    stack.run("up", "kafka", "connect2")
    bootstrap, described = stack.bootstrap("kafka"), stack.describe("connect2")
    first, second = (Rest(node["url"]) for node in described["nodes"])
    names = [rest.url.removeprefix("http://") for rest in (first, second)]
    control = os.path.join(case.folder, "control")
    with open(control, "w", encoding="utf-8"):
        pass
    case.kafka_tool("topics", bootstrap, "--create", "--topic", "written", "--partitions", "2")
    first.create("source", "klaxon.test.FaultySource", tasks__max=3, topic="written", control__file=control)
    wait_until("the source is there", 30, lambda: patiently(lambda: first.create("sink", "klaxon.test.FaultySink", tasks__max=2, topics="written", control__file=control)))
    wait_until("both workers carry something", 60, lambda: balanced(workers_group(bootstrap, GROUP)))
    agent = case.klaxon("--config", configuration(os.path.join(case.folder, "klaxon.yaml"), bootstrap, [second.url, first.url], INTERVAL))
    took = wait_until("states, loads and leader equal REST and the group", 30, lambda: agrees(agent, first, bootstrap))
    check(True, f"states, loads and leader equal what REST and the group say ({took:.1f} s after the start)")
    check(not problems(agent), "and nothing is called wrong")

    # The follower is killed: its leader would be replaced without any delay.
    follower = 1 if workers_group(bootstrap, GROUP).leader.startswith(second.url) else 2
    rest, gone = (second, names[0]) if follower == 1 else (first, names[1])
    stack.run("kill", "connect2", str(follower))
    wait_until("Kafka notices that the worker is gone", 30, lambda: len(workers_group(bootstrap, GROUP).members) == 1)
    took = wait_until("its tasks are ghosts", LIMIT, lambda: ghosts_seen(agent, rest, bootstrap, gone))
    check(True, f"killed: exactly the tasks that REST still calls RUNNING on it are ghosts, {took:.1f} s after Kafka noticed")
    expected = ("lost a worker", f"worker etl / {gone} left")
    wait_until("the page says that a worker is lost", LIMIT, lambda: all(words in events(agent) for words in expected))
    check(True, "the page says that a worker is lost, and that its work waits")
    documents = json.loads(agent.get("/api/klaxon/v1/connectors")[1])
    check(documents["connect_clusters"][0]["rebalance_delay_seconds"] == 12.0, "the delay is told as the group has it: 12 s")
    wait_until("the other worker takes over", 60, lambda: len(workers_group(bootstrap, GROUP).members[0].carries) == RUNNING)
    took = wait_until("the picture agrees again", LIMIT + 10, lambda: agrees(agent, rest, bootstrap))
    took += wait_until("nothing is wrong", LIMIT, lambda: not problems(agent) or str(problems(agent)))
    check(True, f"taken over: no ghosts, all agrees again after {took:.1f} s")

    stack.run("start", "connect2", str(follower))
    wait_until("both carry something", 90, lambda: balanced(workers_group(bootstrap, GROUP)))
    took = wait_until("the picture agrees", LIMIT, lambda: agrees(agent, rest, bootstrap))
    page = events(agent)
    check(f"worker etl / {gone} joined" in page, f"back again: the work is dealt out anew, seen {took:.1f} s later, with the worker's coming as an event")
    wait_until("nothing is wrong", LIMIT, lambda: not problems(agent) or str(problems(agent)))

    stack.run("stop", "connect2", str(follower))
    wait_until("the group has one worker", 30, lambda: len(workers_group(bootstrap, GROUP).members) == 1)
    note(f"REST of the other says: {rest.states()}")
    took = wait_until("what REST calls RUNNING there is a ghost", LIMIT, lambda: ghosts_seen(agent, rest, bootstrap, gone) if on(rest, gone) else True)
    check(True, f"stopped in order: REST's {len(on(rest, gone))} tasks on it are ghosts {took:.1f} s after it left")
    wait_until("the other worker takes over", 60, lambda: len(workers_group(bootstrap, GROUP).members[0].carries) == RUNNING)
    wait_until("the picture agrees", LIMIT + 10, lambda: agrees(agent, rest, bootstrap))
    wait_until("nothing is wrong", LIMIT, lambda: not problems(agent) or str(problems(agent)))
    check(True, "taken over: nothing is called wrong")
    agent.terminate()


main(run)
