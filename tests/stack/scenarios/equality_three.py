"""Three brokers 4.3.1 and three 3.9.1, watched by one klaxon: for 50 groups over 500 partitions each nothing differs."""

import os

import _paths  # noqa: F401
from checks import await_agreement
from scenario import check, main

# Cluster name -> component, whether it has KIP-848 groups.
CLUSTERS = {"new": ("kafka3", "true"), "old": ("kafka39x3", "false")}


def write_configuration(case):
    lines = ["clusters:"]
    for cluster, (component, _) in CLUSTERS.items():
        lines += [f"- name: {cluster}", f"  kafka: {{bootstrap.servers: '{case.stack.bootstrap(component)}'}}"]
    path = os.path.join(case.folder, "klaxon.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def run(case):
    case.stack.run("up", *(component for component, _ in CLUSTERS.values()))
    loads = [
        case.start_load(component, topics=25, partitions=500, groups=50, replication=3, new_protocol=new_protocol)
        for component, new_protocol in CLUSTERS.values()
    ]
    for load in loads:
        made = case.finish_load(load)
        check(made["partitions"] == 500 and sum(made["groups"].values()) == 50, "500 partitions and 50 groups are there")
    agent = case.klaxon("--config", write_configuration(case))
    for cluster, (component, _) in CLUSTERS.items():
        counts = await_agreement(agent, case.stack.bootstrap(component), cluster, limit=120)
        check(counts["kafka_topic_partition_leader"] >= 500, f"in cluster {cluster} the comparison covers 500 partitions")
        check(counts["kafka_consumergroup_state"] >= 50 and counts["kafka_consumergroup_lag"] > 1000, "50 groups and more than 1000 lags")
    agent.terminate()


main(run)
