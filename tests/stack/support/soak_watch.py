"""What really happened in the soak: states as REST tells them several times a second, each failure with its end, and what a restart costs."""

import collections
import contextlib
import glob
import os
import re
import threading
import time
from dataclasses import dataclass

import soak_estate
from connect_probe import Rest


@dataclass
class Failure:
    connector: str
    begun: float  # Unix time
    ended: float | None = None  # all of it runs again


class Watch:
    """Asks whichever worker answers, on a thread of its own."""

    def __init__(self, urls):
        self.failures = []
        self._rests = [Rest(url) for url in urls]
        self._open = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def end(self):
        self._stop.set()
        self._thread.join(30)

    def failed_around(self, connector, at, before, after):
        """Whether it was FAILED at some time between at - before and at + after."""
        return any(
            each.connector == connector and each.begun <= at + after and (each.ended is None or each.ended >= at - before) for each in self.failures
        )

    def failed_now(self, connector):
        return connector in self._open

    def states(self):
        for rest in self._rests:
            with contextlib.suppress(OSError, ValueError):
                return {name: told["status"] for name, told in rest.ask("GET", "/connectors?expand=status", timeout=5).items()}
        return {}

    def _run(self):
        while not self._stop.wait(0.3):
            for name, status in self.states().items():
                self._take(name, [status["connector"]["state"], *(task["state"] for task in status["tasks"])])

    def _take(self, name, states):
        if "FAILED" in states and name not in self._open:
            self._open[name] = Failure(name, time.time())
            self.failures.append(self._open[name])
        elif name in self._open and set(states) == {"RUNNING"} and len(states) > 1:
            self._open.pop(name).ended = time.time()


def running(status):
    return status["connector"]["state"] == "RUNNING" and bool(status["tasks"]) and {task["state"] for task in status["tasks"]} == {"RUNNING"}


def rebalances(folder):
    """Times that a member of a group joined it anew, from the workers' logs: of the workers' own group, and of sinks' consumers."""
    count = collections.Counter()
    for log in glob.glob(os.path.join(folder, "connect2", "node-*.log")):
        with open(log, encoding="utf-8", errors="replace") as file:
            for line in file:
                found = re.search(r"groupId=(\S+?)\] Successfully joined group with generation", line)
                if found:
                    count["workers" if found[1].startswith("klaxon-") else "sinks"] += 1
    return count


def duplicates(case, bootstrap):
    """Records that were delivered to a sink more than once, and that a source wrote more than once."""
    again = 0
    for name in soak_estate.SINKS:
        with contextlib.suppress(FileNotFoundError), open(soak_estate.received(case.folder, name), encoding="ascii") as file:
            lines = file.read().split()
            again += len(lines) - len(set(lines))
    written = 0
    for name in soak_estate.SOURCES:
        topic = "written-" + name
        end = case.kafka_tool("offsets", bootstrap, "--topic", topic).rsplit(":", 1)[1].strip()
        if end != "0":  # it is written to on and on
            told = case.kafka_tool("consume", bootstrap, "--topic", topic, "--from-beginning", "--max-messages", end, "--timeout-ms", "30000", "--formatter-property", "print.key=true")
            records = told.splitlines()
            written += len(records) - len(set(records))
    return again, written
