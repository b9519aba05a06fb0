"""Fifteen minutes of ordinary work under the default rules as they are: nobody is paged but for the Watchdog.

Producers and a consumer that never rests, one that runs every two minutes, a second member that comes and goes, a topic and a group that are
made and deleted, a broker that is restarted as it should be, and Klaxon itself restarted beside it.
"""

import os
import time

import _paths  # noqa: F401
from pager import DEFAULT_RULES, Pager, alerts, configure
from scenario import check, main, note, wait_until

MINUTES = float(os.environ.get("KLAXON_ORDINARY_MINUTES", "15"))
RATE = 5


class Work:
    """What happens beside the steady traffic, one thing at a time."""

    def __init__(self, case, component):
        self.case = case
        self.component = component
        self.bootstrap = case.stack.bootstrap(component)
        self.round = 0

    def batch_runs(self):
        self.case.kafka_tool("consume", self.bootstrap, "--topic", "orders", "--group", "batch", "--from-beginning", "--max-messages", "50")

    def member_comes_and_goes(self):
        second, _ = self.case.traffic(self.component, topics="orders", rate=1, group="billing", log="second.log")
        self.batch_runs()
        second.stop()

    def topic_is_made_and_deleted(self):
        name = f"passing-{self.round}"
        self.case.kafka_tool("topics", self.bootstrap, "--create", "--topic", name, "--partitions", "3", "--replication-factor", "3")
        short, _ = self.case.traffic(self.component, topics=name, rate=20, group=f"of-{name}", log="short.log")
        self.batch_runs()
        short.stop()
        self.case.kafka_tool("topics", self.bootstrap, "--delete", "--topic", name)
        self.case.kafka_tool("groups", self.bootstrap, "--delete", "--group", f"of-{name}")

    def broker_is_restarted(self):
        node = str(1 + self.round % 3)
        self.case.stack.run("stop", self.component, node)
        self.batch_runs()
        self.case.stack.run("start", self.component, node)

    def go_on(self):
        things = (self.batch_runs, self.member_comes_and_goes, self.topic_is_made_and_deleted, self.broker_is_restarted)
        thing = things[self.round % len(things)]
        note(f"now: {thing.__name__}")
        thing()
        self.round += 1


def run(case):
    stack, component = case.stack, case.component("kafka3")
    stack.run("up", component)
    bootstrap = stack.bootstrap(component)
    case.kafka_tool("topics", bootstrap, "--create", "--topic", "orders", "--partitions", "6", "--replication-factor", "3")
    case.kafka_tool("topics", bootstrap, "--create", "--topic", "alone", "--partitions", "3", "--replication-factor", "1")
    pager = Pager(case)
    config = configure(case, pager, bootstrap, 10, rules=DEFAULT_RULES, pace="15s")
    agent = case.klaxon("--config", config)
    case.traffic(component, topics="orders,alone", rate=RATE, group="billing")
    work = Work(case, component)
    begun = time.monotonic()
    pending = {}
    while time.monotonic() < begun + MINUTES * 60:
        began = time.monotonic()
        work.go_on()
        for row in alerts(agent):
            key = ", ".join(f"{name}={value}" for name, value in sorted(row["labels"].items()))
            if key not in pending:
                note(f"{row['state']}: {key} {row['value']}")
            pending[key] = row["state"]
        wait_until("the next thing", 120, lambda: time.monotonic() > began + 30, pause=1)
    for each in pager.news():
        note(str(each))
    note("were pending for a while: " + ("; ".join(key for key, state in pending.items() if state == "pending") or "none"))
    names = {each.name for each in pager.news()}
    check(names == {"Watchdog"}, f"in {MINUTES:g} minutes nobody was paged: {names}")
    agent.terminate()


main(run)
