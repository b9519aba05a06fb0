"""The stack itself: components come up, nodes can be killed, paused and restarted, and our tools see what happens."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import diff  # noqa: E402
import kafka_probe  # noqa: E402
from scenario import Failed, check, main, wait_until  # noqa: E402


def does_not_answer(address):
    try:
        kafka_probe.metadata(address, timeout=1.0)
        return False
    except kafka_probe.ProbeError:
        return True


def run(case):
    stack = case.stack
    stack.run("up", "kafka", "connect")
    address = stack.address("kafka", 1)
    made = case.load("kafka", topics=3, partitions=20, groups=10, new_protocol="true")
    truth = diff.read_truth(stack.bootstrap("kafka"))
    loaded = [row for row in truth["partitions"] if row["topic"].startswith("load-")]
    check(len(loaded) == 20, "the truth program lists the 20 partitions that the load made")
    groups = {row["group"]: row for row in truth["groups"]}
    loads = [row for name, row in groups.items() if name.startswith("load-")]
    check(len(loads) == 10 == sum(made["groups"].values()), "and its 10 groups")
    check({row["type"] for row in loads} == {"Classic", "Consumer"}, "of the classic and the new protocol")
    check(groups["load-group-000"]["members"] == 2, "with the two members of a live group")
    check(any(row["earliest"] > 0 for row in loaded), "and logs that do not begin at 0")

    stack.run("pause", "kafka", "1")
    check(does_not_answer(address), "a paused broker does not answer")
    stack.run("continue", "kafka", "1")
    wait_until("the continued broker answers", 30, lambda: not does_not_answer(address))
    stack.run("kill", "kafka", "1")
    check(does_not_answer(address), "a killed broker does not answer")
    stack.run("start", "kafka", "1")
    check(stack.address("kafka", 1) == address, "a restarted broker has its old address")
    try:
        stack.run("start", "kafka", "1")
    except Failed:
        return
    raise Failed("starting a broker that runs must be refused")


main(run)
