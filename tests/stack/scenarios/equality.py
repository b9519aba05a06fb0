"""One Kafka 4.3.1 broker at rest: every value on /metrics equals what Kafka's own tools say."""

import _paths  # noqa: F401
from checks import await_agreement
from scenario import check, main


def run(case):
    case.stack.run("up", "kafka")
    case.load("kafka", topics=6, partitions=60, groups=20, new_protocol="true")
    bootstrap = case.stack.bootstrap("kafka")
    agent = case.klaxon("--bootstrap", bootstrap)
    counts = await_agreement(agent, bootstrap)
    check(counts["kafka_consumergroup_lag"] > 150, "the comparison covers more than 150 lags")
    check(counts["kafka_consumergroup_members"] > 10, "and the members of more than 10 groups")
    seconds = agent.terminate()
    check(seconds < 10, f"klaxon exits 0 on SIGTERM ({seconds:.2f} s)")


main(run)
