"""The leader of partitions with one replica is stopped (SIGSTOP): its values leave /metrics, all others stay fresh."""

import _paths  # noqa: F401
import kafka_probe
from checks import await_agreement, await_leadership, cluster_label, judge
from recorder import END, Recorder, read_produced
from scenario import check, main, wait_until

INTERVAL = 2.0
STALE_AFTER = 3 * INTERVAL
ROOM = 10.0
PAUSED = 2


def ends_of(page, topic, partitions):
    rows = {int(labels["partition"]): value for labels, value in page.series(END, topic=topic)}
    return {partition: rows[partition] for partition in partitions if partition in rows}


def reasons_of(page, cluster, source):
    """What the collectors' metrics say is wrong with a source."""
    rows = page.series("klaxon_collector_problem", cluster=cluster) + page.series("klaxon_collector_answer_problem", cluster=cluster)
    texts = {f"{labels.get('scope') or labels.get('source')}: {labels['reason']}" for labels, _ in rows}
    return {text for text in texts if source in text}


def run(case):
    stack, component = case.stack, case.component("kafka3")
    stack.run("up", component)
    bootstrap = stack.bootstrap(component)
    case.load(component, prefix="single", topics=1, partitions=12, groups=2, replication=1)
    traffic, log = case.traffic(component, topics="single-000", rate=60)
    agent = case.klaxon("--bootstrap", bootstrap, "--interval", f"{INTERVAL:g}s")
    cluster = cluster_label(agent)
    await_leadership(agent, cluster, stack.address(component, 1), 30)

    parts = kafka_probe.metadata(stack.address(component, 1)).partitions.values()
    single = [part for part in parts if part.topic == "single-000"]
    own = {part.index for part in single if part.leader == PAUSED}
    others = {part.index for part in single} - own
    check(own and others, f"broker {PAUSED} leads {len(own)} of {len(single)} partitions with one replica")
    recorder = Recorder(agent.url + "/metrics", interval=0.1).start()
    case.at_exit(recorder.stop)

    stack.run("pause", component, str(PAUSED))
    reasons = set()

    def gone():
        page = agent.metrics()
        reasons.update(reasons_of(page, cluster, f"broker {PAUSED}"))
        return not ends_of(page, "single-000", own)

    took = wait_until("the paused broker's ends leave /metrics", STALE_AFTER + ROOM, gone)
    check(took > INTERVAL / 2, f"its ends left /metrics after {took:.1f} s, not at the first silence (limit {STALE_AFTER:g} s)")
    check(reasons, f"klaxon_collector_* says why: {'; '.join(sorted(reasons))}")

    def told():
        page = agent.get("/")[1]
        return f"broker {PAUSED}" in page and "has not answered" in page

    wait_until("the page says why", ROOM, told)
    check(True, "and so does the page")
    before = ends_of(agent.metrics(), "single-000", others)
    check(set(before) == others, "the ends of all other partitions are there")
    took = wait_until(
        "the other ends move on",
        ROOM,
        lambda: all(end > before[p] for p, end in ends_of(agent.metrics(), "single-000", others).items()),
    )
    check(True, f"and they follow the producer ({took:.1f} s)")

    stack.run("continue", component, str(PAUSED))
    took = wait_until("its ends are back", 60, lambda: set(ends_of(agent.metrics(), "single-000", own)) == own)
    check(True, f"continued, its ends are back ({took:.1f} s)")
    traffic.stop()
    await_agreement(agent, bootstrap)
    judge(recorder, read_produced(log), STALE_AFTER + ROOM)
    agent.terminate()


main(run)
