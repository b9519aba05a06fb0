"""What several scenarios ask of a running klaxon."""

import json
import time

import diff
import kafka_probe
from scenario import check, note, wait_until

# The families that say who leads and who follows.
LEADERSHIP = (
    "kafka_brokers",
    "kafka_topic_partition_leader",
    "kafka_topic_partition_leaderless",
    "kafka_topic_partition_leader_is_preferred",
    "kafka_topic_partition_replicas",
    "kafka_topic_partition_in_sync_replica",
    "kafka_topic_partition_under_replicated_partition",
)


def cluster_label(agent):
    """The cluster label of an agent that watches one cluster, once the first poll is through."""
    found = []

    def has_cluster():
        found[:] = [labels["cluster"] for labels, _ in agent.metrics().series("kafka_brokers")]
        return len(found) == 1

    wait_until("kafka_brokers of one cluster on /metrics", 30, has_cluster)
    return found[0]


def await_agreement(agent, bootstrap, cluster=None, limit=60):
    """Until /metrics and Kafka's own tools agree in every series. The Kafka cluster must be at rest."""
    cluster = cluster or cluster_label(agent)
    begun = time.monotonic()
    last = {}

    def agrees():
        truth = diff.read_truth(bootstrap)
        page = agent.metrics()
        last["lines"] = diff.differences(page, truth, cluster)
        last["counts"] = diff.compared(truth, cluster)
        return not last["lines"] or f"{len(last['lines'])} differences, such as: " + "; ".join(last["lines"][:5])

    wait_until("/metrics equal to what Kafka's own tools say", limit, agrees, pause=1)
    counts = last["counts"]
    note(f"compared: {sum(counts.values())} series, of them {counts['kafka_consumergroup_lag']} lags, {counts['kafka_topic_partition_leader']} leaders")
    check(True, f"every value on /metrics equals what Kafka's own tools say ({time.monotonic() - begun:.1f} s)")
    return counts


def metadata_as_truth(metadata):
    """What one broker says, in the shape of `kt truth`; offsets and groups are not in it."""
    rows = []
    for part in metadata.partitions.values():
        leader = None if part.leader < 0 else part.leader
        row = {"topic": part.topic, "partition": part.index, "leader": leader, "replicas": part.replicas, "isr": part.isr}
        rows.append({**row, "earliest": None, "latest": None})
    return {"brokers": list(metadata.brokers), "partitions": rows, "groups": []}


def polls(page, cluster):
    """Polls of the Kafka collector that have ended; 0 while it has not said so."""
    return page.value("klaxon_collector_polls_total", cluster=cluster, collector="kafka") or 0


def await_leadership(agent, cluster, address, limit):
    """Until /metrics says the same of leaders and replicas as the broker at `address`.

    Returns the seconds it took, and how many polls had ended on the last page that was still different: below two means
    "right within two polls", since the first of them may have begun before the cluster showed the change.
    """
    before = polls(agent.metrics(), cluster)
    last_wrong = [0]

    def agrees():
        known = kafka_probe.metadata(address)
        page = agent.metrics()
        lines = diff.differences(page, metadata_as_truth(known), cluster, LEADERSHIP)
        if lines:
            last_wrong[0] = polls(page, cluster) - before
        return not lines or f"{len(lines)} differences, such as: " + "; ".join(lines[:3])

    took = wait_until("leaders and replicas on /metrics as the cluster says", limit, agrees)
    return took, last_wrong[0]


def problems(agent):
    """What was wrong in the last poll of each Kafka cluster, as the API tells: cluster -> rows of scope, reason and message."""
    polling = json.loads(agent.get("/api/klaxon/v1/clusters")[1])["polling"]
    return {row["collector"].removeprefix("kafka/"): row["problems"] for row in polling}


def judge(recorder, produced=None, limit=None):
    """Ends a recorder, prints its figures and fails on the first violations."""
    recorder.stop()
    note(recorder.figures())
    found = recorder.violations(produced, limit)
    check(not found, "no scrape showed what cannot be" if not found else f"{len(found)} violations, such as: " + "; ".join(found[:4]))
