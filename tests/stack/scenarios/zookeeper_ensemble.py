"""A ZooKeeper ensemble of three: at rest its numbers are its own; then a follower, the leader and the quorum are lost, and heal.

Each time Klaxon's account of every server and of the ensemble is compared with the servers' own words.
"""

import json
import os
import re

import _paths  # noqa: F401
import zookeeper_probe
import zookeeper_truth as truth
from scenario import check, main, note, wait_until

INTERVAL = 1.0


def run(case):
    stack = case.stack
    stack.run("up", "zookeeper3")
    described = stack.describe("zookeeper3")
    addresses = {node["id"]: node["address"] for node in described["nodes"]}
    everyone = list(addresses.values())
    config = truth.configuration(os.path.join(case.folder, "klaxon.yaml"), described, INTERVAL)
    agent = case.klaxon("--config", config)

    def told_right(what, state, limit=60):
        took, late = truth.await_truth(agent, everyone, what, limit, state)
        # The poll that runs while the change happens may show the state before; the next must not.
        check(late < 2, f"{what}: right {took:.1f} s later, {late:g} polls after the servers had settled")

    def wait_event(words):
        """The newest event on the page with these words."""
        found = []

        def there():
            found[:] = [line for line in re.findall(r"<li><span class=.age.*?</span> (.*?)</li>", agent.get("/")[1]) if words in line]
            return bool(found)

        wait_until(f"the event {words}", 20, there)
        return found[0]

    def bring_back(node):
        stack.run("start", "zookeeper3", str(node))
        wait_until(f"node {node} serves again", 60, lambda: zookeeper_probe.mode(addresses[node]) is not None)

    def node_in(mode):
        return next(node for node, address in addresses.items() if zookeeper_probe.mode(address) == mode)

    told_right("an ensemble at rest is led", "led")

    def equal():
        page, lines = agent.metrics(), []
        for address in everyone:
            lines += truth.differences(page, address, zookeeper_probe.mntr(address)) + truth.srvr_differences(page, address)
            lines += truth.conf_differences(page, address)
        return not lines or "; ".join(lines[:4])

    wait_until("every number equals the servers' own words", 30, equal)
    check(agent.metrics().value("zookeeper_ensemble_leaders", cluster=truth.CLUSTER) == 1, "every number equals the servers' own words, one leads")

    follower = node_in("follower")
    stack.run("kill", "zookeeper3", str(follower))
    told_right("a follower is killed", "led")
    page = agent.get("/")[1]
    check("2 of 3 ZooKeeper servers in sync" in page and "one more lost" in page, "the page says that one more may not be lost")
    check(not agent.metrics().series("zookeeper_znodes", server=addresses[follower]), "nothing is told of what the dead server held")

    leader = node_in("leader")
    stack.run("kill", "zookeeper3", str(leader))
    told_right("the leader is killed too, and with it the quorum", "not_serving")
    check("ZooKeeper does not serve" in agent.get("/")[1], "the page says that ZooKeeper does not serve")
    ensemble = json.loads(agent.get("/api/klaxon/v1/zookeeper")[1])["ensembles"][0]
    check(ensemble["state"] == "not_serving" and all(server["stats"] is None for server in ensemble["servers"]), "so does the API, without a number")

    left = next(node for node in described["nodes"] if node["id"] not in (follower, leader))
    check(zookeeper_probe.monitor_status(left["admin"]) == 500, "an AdminServer without a quorum answers 500, which Klaxon takes for that")

    began = wait_event(f"ZooKeeper looks for a leader; {addresses[leader]} led before")
    wait_until("the time without a leader grows", 20, lambda: agent.metrics().value("zookeeper_ensemble_leaderless_seconds", cluster=truth.CLUSTER) > 0)
    check(True, f"it is an event that an election began: {began}")

    bring_back(follower)
    told_right("a server comes back and the two elect", "led")
    elected = wait_event("nobody led for")
    check(agent.metrics().value("zookeeper_ensemble_leaderless_seconds", cluster=truth.CLUSTER) == 0, f"and that it ended: {elected}")
    bring_back(leader)
    told_right("all are back", "led")

    leader = node_in("leader")
    before = agent.metrics().value("zookeeper_zxid_epoch", server=addresses[leader])
    stack.run("kill", "zookeeper3", str(leader))
    told_right("the leader alone is killed, and the others elect another", "led")
    other = node_in("leader")
    note(f"node {other} leads in place of node {leader}")
    wait_until(
        "the epoch grows",
        20,
        lambda: (agent.metrics().value("zookeeper_zxid_epoch", server=addresses[other]) or 0) > before,
    )
    elected = wait_event(f"in place of {addresses[leader]}")
    check(f"server {addresses[other]} leads" in elected, f"the change of leader is an event: {elected}")
    check(agent.metrics().value("zookeeper_ensemble_elections_total", cluster=truth.CLUSTER) >= 2, "two elections are counted")
    bring_back(leader)
    told_right("the old leader is back as a follower", "led")
    wait_event(f"{addresses[leader]}: leader -&gt; follower")
    wait_until("the page has no trouble left", 20, lambda: "all well" in agent.get("/")[1])
    agent.terminate()


main(run)
