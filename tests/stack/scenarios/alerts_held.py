"""Brokers fall silent while alerts fire: what they were made of is unknown, so nothing resolves, nothing fires on a part of a sum, and what
is silent is told. They come back: everything is judged anew, and nobody is paged twice.

In turn: the leader of partitions with one replica is paused, the whole cluster is paused, and that leader is stopped for good.
"""

import re

import _paths  # noqa: F401
import kafka_probe
from pager import Pager, alerts, configure, shorter_rules
from scenario import check, main, note, wait_until

INTERVAL = 2.0
ROOM = 60.0  # for a loaded machine; what it took is printed
LOST = 2
SINGLE, GROUP, READER = "single-000", "sleeper", "reader"
# Of sums: one that fires before anything happens, and two that a part of the sum would set off.
OWN_RULES = f"""\
groups:
- name: sums
  rules:
  - alert: Backlog
    expr: sum by (cluster, consumergroup) (kafka_consumergroup_lag{{consumergroup="{GROUP}"}}) > 100
    for: 2s
  - alert: SmallTopic
    expr: sum by (cluster, topic) (kafka_topic_partition_current_offset{{topic="{SINGLE}"}} >= bool 0) < 6
    for: 2s
  - alert: ShrunkTopic
    expr: sum by (cluster, topic) (kafka_topic_partition_current_offset{{topic="{SINGLE}"}})
      < sum by (cluster, topic) (kafka_topic_partition_current_offset{{topic="{SINGLE}"}} offset 10s)
"""
HELD = (("KafkaConsumerGroupStalled", GROUP), ("Backlog", GROUP), ("KafkaConsumerGroupEmptyWithLag", GROUP))
NEVER = ("SmallTopic", "ShrunkTopic")


class Watch:
    """One agent, and who is paged by it."""

    def __init__(self, agent, pager):
        self.agent = agent
        self.pager = pager

    def fires(self, name, limit=ROOM, **labels):
        """Waits until the pager has been told that an alert fires and not yet that it is over."""
        fits = lambda: any(each == name and labels.items() <= own.items() for each, own in self.pager.firing())
        took = wait_until(f"{name} {labels} fires", limit, lambda: fits() or str(self.pager.firing()))
        check(True, f"told after {took:.1f} s: {self.pager.news(name, **labels)[-1]}")

    def is_over(self, *names, limit=ROOM):
        fits = lambda: not any(name in names for name, _ in self.pager.firing())
        took = wait_until(f"{names} are over", limit, lambda: fits() or str(self.pager.firing()))
        check(True, f"over after {took:.1f} s: {', '.join(names)}")

    def evaluations(self):
        """Of the rules in OWN_RULES, each counted."""
        return sum(count for labels, count in self.agent.metrics().series("klaxon_rule_evaluations_total") if labels["rule_group"].endswith(";sums"))

    def held(self):
        """The alerts that ought to be held and are not."""
        rows = [(name, row) for name, group in HELD for row in alerts(self.agent, alertname=name, consumergroup=group)]
        found = {name for name, row in rows if row["state"] == "firing" and row.get("unknownSince")}
        return [name for name, _ in HELD if name not in found]

    def await_held(self, reasons):
        took = wait_until("alerts on what is silent are held", ROOM, lambda: not self.held() or f"not held: {self.held()}")
        row = alerts(self.agent, alertname="Backlog")[0]
        check(any(reason in row["unknownReason"] for reason in reasons), f"after {took:.1f} s they are unknown since {row['unknownSince']}: {row['unknownReason']}")
        page = self.agent.get("/")[1]
        check("held</span>" in page and row["unknownReason"].split(":")[0] in page, "the page shows them as held, and why")
        wait_until("page and metrics agree", ROOM, self.page_agrees)
        check(True, "and page and metrics agree on how many are held, and how much is unknown")

    def page_agrees(self):
        page, metrics = self.agent.get("/")[1], self.agent.metrics()
        shown = [int(found[1]) if found else 0 for found in (re.search(r"\((\d+) of them held\)", page), re.search(r"(\d+) things? unknown to rules", page))]
        told = [metrics.value("klaxon_alerts", alertstate="unknown"), metrics.value("klaxon_series_unknown_scopes")]
        return (shown == told and shown[0] >= len(HELD) and shown[1] > 0) or f"the page shows {shown}, the metrics {told}"

    def stays_held(self, evaluations=15):
        """For so many evaluations nothing of what is held ends, and nothing fires on a part of a sum."""
        first = self.evaluations()

        def goes_on():
            if self.held():
                return True
            return self.evaluations() >= first + evaluations * 3  # of three rules

        wait_until("evaluations go on", ROOM, goes_on)
        check(not self.held(), f"for {evaluations} evaluations all of them stay held {self.held()}")
        self.nothing_false()

    def nothing_false(self):
        over = [str(each) for name, _ in HELD for each in self.pager.news(name) if each.status == "resolved"]
        check(not over, f"nobody was told that they are over {over}")
        false = [str(each) for name in NEVER for each in self.pager.news(name)]
        check(not false, f"and nothing fired on a part of a sum {false}")

    def await_known(self):
        def known():
            held = [row["labels"]["alertname"] for row in alerts(self.agent) if row.get("unknownSince")]
            return not held or f"unknown: {held}"

        took = wait_until("what was held is known again", ROOM, known)
        note(f"known again after {took:.1f} s")
        states = {name: row["state"] for name, group in HELD for row in alerts(self.agent, alertname=name, consumergroup=group)}
        check(set(states.values()) == {"firing"} and len(states) == len(HELD), f"and they go on firing: {states}")


def paused_leader(stack, component, watch):
    note(f"--- broker {LOST} is paused")
    stack.run("pause", component, str(LOST))
    watch.await_held([f"broker {LOST}", "leader"])
    watch.fires("KafkaBrokerLost")
    watch.fires("KafkaPartitionsOffline", topic=SINGLE)
    watch.stays_held()
    stack.run("continue", component, str(LOST))
    watch.is_over("KafkaBrokerLost", "KafkaPartitionsOffline", "KafkaBrokerSilent")
    watch.await_known()
    watch.nothing_false()


def paused_cluster(stack, component, watch):
    note("--- all brokers are paused")
    for node in (1, 2, 3):
        stack.run("pause", component, str(node))
    watch.await_held(["no answer", "answer"])
    watch.fires("KafkaClusterSilent")
    watch.stays_held()
    for node in (1, 2, 3):
        stack.run("continue", component, str(node))
    watch.is_over("KafkaClusterSilent", "KlaxonAnswerStale", "KafkaClusterMissing", "KafkaMetadataDoubtful")
    watch.await_known()
    watch.nothing_false()


def stopped_leader(stack, component, watch):
    note(f"--- broker {LOST} is stopped")
    stack.run("stop", component, str(LOST))
    watch.await_held([f"broker {LOST}", "leader"])
    watch.fires("KafkaBrokerLost")
    watch.fires("KafkaPartitionsOffline", topic=SINGLE)
    watch.stays_held()
    stack.run("start", component, str(LOST))
    watch.is_over("KafkaBrokerLost", "KafkaPartitionsOffline")
    watch.await_known()
    watch.nothing_false()


def run(case):
    stack, component = case.stack, case.component("kafka3")
    stack.run("up", component)
    bootstrap = stack.bootstrap(component)
    case.load(component, prefix="single", topics=1, partitions=6, groups=0, replication=1)
    case.load(component, prefix="pair", topics=1, partitions=3, groups=0, replication=3)
    leaders = [part.leader for part in kafka_probe.metadata(stack.address(component, 1)).partitions.values() if part.topic == SINGLE]
    check(0 < leaders.count(LOST) < len(leaders), f"broker {LOST} leads {leaders.count(LOST)} of {len(leaders)} partitions with one replica")
    pager = Pager(case)
    watch = Watch(case.klaxon("--config", configure(case, pager, bootstrap, INTERVAL, shorter_rules(case), own_rules=OWN_RULES)), pager)
    programs = [case.start_traffic(component, topics=topics, group=group, log=f"{group}.log", rate=50)[0]
                for topics, group in ((SINGLE, GROUP), (f"{SINGLE},pair-000", READER))]
    for program in programs:
        case.await_traffic(program)
    wait_until("the group's lag on /metrics", 30, lambda: bool(watch.agent.metrics().series("kafka_consumergroup_lag_sum", consumergroup=GROUP)))
    programs[0].stop()
    for name, group in HELD:
        watch.fires(name, consumergroup=group)

    paused_leader(stack, component, watch)
    paused_cluster(stack, component, watch)
    stopped_leader(stack, component, watch)

    note("--- its consumer runs again")
    case.traffic(component, topics=SINGLE, group=GROUP, log="again.log", rate=50)
    watch.is_over(*(name for name, _ in HELD))
    wait_until("nothing fires any more", ROOM, lambda: [name for name, _ in pager.firing()] == ["Watchdog"] or str(pager.firing()))
    for each in pager.news():
        note(str(each))
    check(not pager.faults(), f"nobody was told of anything twice {pager.faults()}")
    for name, group in HELD:
        check([each.status for each in pager.news(name, consumergroup=group)] == ["firing", "resolved"], f"{name} was paged once and ended once")
    watch.agent.terminate()


main(run)
