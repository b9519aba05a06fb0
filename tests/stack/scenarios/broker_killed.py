"""A broker is killed: leaders, ISR and under-replicated partitions on /metrics follow what the cluster itself says."""

import _paths  # noqa: F401
import kafka_probe
from checks import await_agreement, await_leadership, cluster_label, judge
from recorder import Recorder, read_produced
from scenario import check, main, note, wait_until

INTERVAL = 2.0
# Two polls, and room for a loaded machine. What it took is printed.
FOLLOW_LIMIT = 2 * INTERVAL + 10
# Values may be shown for three intervals; then one poll and the same room.
PASSED_LIMIT = 3 * INTERVAL + INTERVAL + 5


def shows_the_loss(address, dead):
    """The cluster lists the broker no more, has partitions without a leader, and none that it still leads or follows."""
    known = kafka_probe.metadata(address)
    parts = known.partitions.values()
    leaderless = any(part.leader < 0 for part in parts)
    shrunk = all(dead not in part.isr or part.replicas == [dead] for part in parts)
    return dead not in known.brokers and leaderless and shrunk and all(part.leader != dead for part in parts)


def run(case):
    stack, component = case.stack, case.component("kafka3")
    stack.run("up", component)
    bootstrap = stack.bootstrap(component)
    case.load(component, prefix="pair", topics=4, partitions=24, groups=4, replication=3)
    case.load(component, prefix="single", topics=2, partitions=12, groups=2, replication=1)
    traffic, log = case.traffic(component, topics="pair-000,single-000", rate=40, group="traffic")
    agent = case.klaxon("--bootstrap", bootstrap, "--interval", f"{INTERVAL:g}s")
    cluster = cluster_label(agent)
    await_leadership(agent, cluster, stack.address(component, 1), 30)
    recorder = Recorder(agent.url + "/metrics", interval=0.25).start()
    case.at_exit(recorder.stop)

    stack.run("kill", component, "2")
    took = wait_until("the cluster itself shows the loss", 60, lambda: shows_the_loss(stack.address(component, 1), 2))
    note(f"the cluster's own metadata showed the loss after {took:.1f} s")
    took, polls = await_leadership(agent, cluster, stack.address(component, 1), FOLLOW_LIMIT)
    check(polls < 2, f"within two polls /metrics shows what the cluster shows ({took:.1f} s; {polls:g} polls were still wrong)")
    page = agent.metrics()
    without = sum(value for _, value in page.series("kafka_topic_partition_leaderless", cluster=cluster))
    behind = sum(value for _, value in page.series("kafka_topic_partition_under_replicated_partition", cluster=cluster))
    check(without > 0 and behind > 0, f"{without:g} partitions without a leader, {behind:g} under-replicated")

    stack.run("start", component, "2")
    took, _ = await_leadership(agent, cluster, stack.address(component, 1), 60)
    check(True, f"and the broker's return ({took:.1f} s)")
    traffic.stop()
    await_agreement(agent, bootstrap)
    judge(recorder, read_produced(log), PASSED_LIMIT)
    agent.terminate()


main(run)
