"""A consumer stops: the page of its stalled group arrives with the right group, lag and beginning. It starts again: the page is over."""

import datetime
import re
import time

import _paths  # noqa: F401
from pager import Pager, alerts, committed_lag, configure, shorter_rules
from scenario import check, main, note, wait_until

INTERVAL = 1.0
# Of the default rule, minutes become seconds (pager.SHORTER): the offset has not changed for 5 s, and that for 10 s.
UNCHANGED, FOR = 5.0, 10.0
ROOM = 15.0  # for a loaded machine; what it took is printed
STALLED = "KafkaConsumerGroupStalled"
TOPIC, GROUP = "orders", "billing"


def unix(text):
    return datetime.datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.replace("Z", "+00:00"))).timestamp()


def run(case):
    stack = case.stack
    stack.run("up", "kafka")
    bootstrap = stack.bootstrap("kafka")
    pager = Pager(case)
    agent = case.klaxon("--config", configure(case, pager, bootstrap, INTERVAL, shorter_rules(case)))
    case.kafka_tool("topics", bootstrap, "--create", "--topic", TOPIC, "--partitions", "4")
    programs = [case.start_traffic("kafka", topics=TOPIC, rate=50, **group)[0] for group in ({"group": GROUP}, {})]
    consumer, producer = (case.await_traffic(program) for program in programs)

    def lag():
        return agent.metrics().value("kafka_consumergroup_lag_sum", consumergroup=GROUP, topic=TOPIC)

    wait_until("the group's lag on /metrics", 30, lambda: lag() is not None)
    consumer.stop()
    stopped = time.time()
    wait_until("the group has a lag", 30, lambda: (lag() or 0) > 100)
    producer.stop()
    truth = committed_lag(case, bootstrap, GROUP, TOPIC)
    note(f"kafka-consumer-groups says that {GROUP} has a lag of {truth}")
    wait_until("the stalled group's page", UNCHANGED + FOR + ROOM, lambda: bool(pager.news(STALLED)))
    page = pager.news(STALLED)[0]
    check((page.status, page.labels["consumergroup"], page.labels["topic"], page.labels["cluster"]) == ("firing", GROUP, TOPIC, "main"), f"the page arrived: {page}")
    check(f"has {truth} records of topic {TOPIC} to read" in page.annotations["description"], f"with the lag that Kafka's own tool tells: {page.annotations['description']}")
    told = alerts(agent, alertname=STALLED, consumergroup=GROUP)[0]
    check(float(told["value"]) == truth and told["state"] == "firing", f"the API says the same: {told['value']}")
    unmoved, since = unix(told["activeAt"]) - stopped, unix(page.starts_at) - unix(told["activeAt"])
    check(UNCHANGED - 3 < unmoved < UNCHANGED + ROOM, f"pending {unmoved:.1f} s after the consumer had stopped (the rule asks for {UNCHANGED:g} s without a commit)")
    check(FOR <= since < FOR + ROOM and page.at - unix(page.starts_at) < ROOM, f"firing since {since:.1f} s after that (for: {FOR:g}s), told {page.at - unix(page.starts_at):.1f} s later")

    case.traffic("kafka", topics=TOPIC, rate=50, group=GROUP)
    took = wait_until("the page's end", ROOM + 15, lambda: len(pager.news(STALLED)) > 1)
    end = pager.news(STALLED)[1]
    check(end.status == "resolved" and end.labels == page.labels and end.starts_at == page.starts_at, f"it is over {took:.1f} s after the consumer runs again: {end}")
    wait_until("nothing fires any more", 60, lambda: [name for name, _ in pager.firing()] == ["Watchdog"] or str(pager.firing()))
    for each in pager.news():
        note(str(each))
    known = {STALLED, "KafkaConsumerGroupEmptyWithLag", "Watchdog"}
    check({each.name for each in pager.news()} <= known, "nobody was told of anything else")
    check(not pager.faults(), f"and of nothing twice {pager.faults()}")
    agent.terminate()


main(run)
