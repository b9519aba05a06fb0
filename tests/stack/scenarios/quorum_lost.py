"""Two of three brokers are killed. The survivor goes on telling the old metadata; /metrics must not believe it."""

import _paths  # noqa: F401
import kafka_probe
from checks import LEADERSHIP, await_agreement, await_leadership, cluster_label, judge
from recorder import Recorder
from scenario import check, main, note, wait_until

INTERVAL = 2.0
# Three intervals, and room for a loaded machine. What it took is printed.
LIMIT = 3 * INTERVAL + 15
BELIEVED = [name for name in LEADERSHIP if name.startswith("kafka_topic_partition_")]


def run(case):
    stack, component = case.stack, case.component("kafka3")
    stack.run("up", component)
    bootstrap = stack.bootstrap(component)
    case.load(component, prefix="pair", topics=4, partitions=24, groups=10, replication=3)
    agent = case.klaxon("--bootstrap", bootstrap, "--interval", f"{INTERVAL:g}s")
    cluster = cluster_label(agent)
    await_leadership(agent, cluster, stack.address(component, 1), 30)
    recorder = Recorder(agent.url + "/metrics", interval=0.25).start()
    case.at_exit(recorder.stop)

    stack.run("kill", component, "2")
    stack.run("kill", component, "3")

    def unknown():
        page = agent.metrics()
        left = [name for name in BELIEVED if page.series(name, cluster=cluster)]
        return not left or "still there: " + ", ".join(left)

    took = wait_until("leaders and ISR leave /metrics", LIMIT, unknown)
    survivor = kafka_probe.metadata(stack.address(component, 1))
    told = sum(part.leader >= 0 for part in survivor.partitions.values())
    note(f"the survivor still names {len(survivor.brokers)} brokers and {told} leaders")
    check(True, f"leaders, replicas and ISR are unknown {took:.1f} s after the kill")
    proof = agent.metrics().value("kafka_cluster_metadata_proof", cluster=cluster, proof="doubtful")
    check(proof == 1, "and the metadata is called doubtful")
    status, _ = agent.get("/")
    check(status == 200, "the page goes on answering")

    stack.run("start", component, "2")
    stack.run("start", component, "3")
    await_agreement(agent, bootstrap, limit=90)
    judge(recorder)
    agent.terminate()


main(run)
