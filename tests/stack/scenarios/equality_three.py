"""Three brokers, 4.3.1 and then 3.9.1, 50 groups over 500 partitions at rest: nothing differs, is missing or is extra."""

import _paths  # noqa: F401
from checks import await_agreement
from scenario import check, main


def compare(case, name, new_protocol):
    case.stack.run("up", name)
    made = case.load(name, topics=25, partitions=500, groups=50, replication=3, new_protocol=new_protocol)
    check(made["partitions"] == 500 and sum(made["groups"].values()) == 50, f"{name} holds 500 partitions and 50 groups")
    bootstrap = case.stack.bootstrap(name)
    agent = case.klaxon("--bootstrap", bootstrap, name="klaxon-" + name)
    counts = await_agreement(agent, bootstrap, limit=120)
    check(counts["kafka_topic_partition_leader"] >= 500, "the comparison covers 500 partitions")
    check(counts["kafka_consumergroup_state"] >= 50, "and 50 groups")
    agent.terminate()
    case.stack.run("down", name)


def run(case):
    compare(case, "kafka3", "true")
    compare(case, "kafka39x3", "false")


main(run)
