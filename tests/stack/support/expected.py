"""From what Kafka's own tools say (the JSON of `kt truth`) to the series that /metrics must have: exactly these.

Names and labels are kafka_exporter's, plus `cluster`; `_leaderless`, `_state` and `_lag_unknown` are ours. A value that
cannot be known has no series: the lag of a commit beyond the end, the sum over a topic with such a commit, the members of
a group that is not of the classic kind.
"""

FAMILIES = (
    "kafka_brokers",
    "kafka_topic_partitions",
    "kafka_topic_partition_current_offset",
    "kafka_topic_partition_oldest_offset",
    "kafka_topic_partition_leader",
    "kafka_topic_partition_leaderless",
    "kafka_topic_partition_leader_is_preferred",
    "kafka_topic_partition_replicas",
    "kafka_topic_partition_in_sync_replica",
    "kafka_topic_partition_under_replicated_partition",
    "kafka_consumergroup_current_offset",
    "kafka_consumergroup_current_offset_sum",
    "kafka_consumergroup_lag",
    "kafka_consumergroup_lag_sum",
    "kafka_consumergroup_lag_unknown",
    "kafka_consumergroup_members",
    "kafka_consumergroup_state",
)


class _Series:
    def __init__(self, cluster):
        self._cluster = cluster
        self.by_name = {name: {} for name in FAMILIES}

    def add(self, name, value, **labels):
        """A None value is one that cannot be known: no series."""
        if value is not None:
            key = frozenset({"cluster": self._cluster, **labels}.items())
            self.by_name[name][key] = float(value)


def _add_partition(series, row):
    labels = {"topic": row["topic"], "partition": str(row["partition"])}
    leader, replicas, isr = row["leader"], row["replicas"], row["isr"]
    prefix = "kafka_topic_partition_"
    series.add(prefix + "current_offset", row["latest"], **labels)
    series.add(prefix + "oldest_offset", row["earliest"], **labels)
    series.add(prefix + "leader", leader, **labels)
    series.add(prefix + "leaderless", leader is None, **labels)
    series.add(prefix + "leader_is_preferred", leader == replicas[0], **labels)
    series.add(prefix + "replicas", len(replicas), **labels)
    series.add(prefix + "in_sync_replica", len(isr), **labels)
    series.add(prefix + "under_replicated_partition", len(isr) < len(replicas), **labels)


def _add_offsets(series, group, latest):
    sums = {}  # topic -> [sum of offsets, sum of lags, {reason: partitions without a lag}]
    for row in group["offsets"]:
        end, offset = latest.get((row["topic"], row["partition"])), row["offset"]
        lag = None if end is None or offset > end else end - offset
        reason = "no_end_offset" if end is None else "beyond_end"
        labels = {"consumergroup": group["group"], "topic": row["topic"], "partition": str(row["partition"])}
        series.add("kafka_consumergroup_current_offset", offset, **labels)
        series.add("kafka_consumergroup_lag", lag, **labels)
        total = sums.setdefault(row["topic"], [0, 0, {}])
        total[0] += offset
        if lag is None:
            total[2][reason] = total[2].get(reason, 0) + 1
        else:
            total[1] += lag
    for topic, (offset_sum, lag_sum, unknown) in sums.items():
        labels = {"consumergroup": group["group"], "topic": topic}
        series.add("kafka_consumergroup_current_offset_sum", offset_sum, **labels)
        series.add("kafka_consumergroup_lag_sum", None if unknown else lag_sum, **labels)
        for reason, count in unknown.items():
            series.add("kafka_consumergroup_lag_unknown", count, reason=reason, **labels)


def expected_series(truth, cluster):
    """{family: {labels: value}} for the families above."""
    series = _Series(cluster)
    series.add("kafka_brokers", len(truth["brokers"]))
    topics = {}
    for row in truth["partitions"]:
        topics[row["topic"]] = topics.get(row["topic"], 0) + 1
        _add_partition(series, row)
    for topic, count in topics.items():
        series.add("kafka_topic_partitions", count, topic=topic)
    latest = {(row["topic"], row["partition"]): row["latest"] for row in truth["partitions"]}
    for group in truth["groups"]:
        _add_offsets(series, group, latest)
        if group["type"] == "Classic":
            series.add("kafka_consumergroup_members", group["members"], consumergroup=group["group"])
        series.add("kafka_consumergroup_state", 1, consumergroup=group["group"], state=group["state"])
    return series.by_name
