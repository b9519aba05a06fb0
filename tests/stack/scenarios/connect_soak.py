"""Recovery lives with a real Connect cluster for 20 minutes: two workers, twenty connectors, faults by chance. Then a restarter of ten lines
has the same faults, and what both did stands side by side.

KLAXON_SEED: the faults (printed). KLAXON_SOAK_MINUTES: of each of the two (20). KLAXON_SOAK_ONLY: klaxon or naive.
"""

import contextlib
import os
import random
import statistics
import subprocess
import threading
import time
import urllib.error
import urllib.parse

import _paths  # noqa: F401
import acting
import soak_estate
import soak_judge
import soak_watch
from connect_probe import Rest
from connect_tasks import command
from scenario import HERE, Failed, check, main, note, wait_until
from soak_estate import FLAPPING, FOLDERS, LASTING, PASSING, POISONED, TOPICS, TWENTY



def naive(url, stop, sent):
    """What scripts do: every FAILED thing, every ten seconds."""
    rest = Rest(url)
    while not stop.wait(10):
        with contextlib.suppress(OSError):
            for (name, task), (state, _) in rest.states().items():
                if state == "FAILED":
                    sent.append((time.time(), name))
                    with contextlib.suppress(OSError):
                        rest.ask("POST", f"/connectors/{urllib.parse.quote(name)}/" + ("restart" if task < 0 else f"tasks/{task}/restart"))


class Soak(acting.TwoWorkers):
    """Does to the connectors what the schedule says, and keeps the story."""

    def __init__(self, case):
        super().__init__(case)
        self.pauses, self.lasting, self.faults, self.places, self.healed = [], [], {}, {}, []
        self._later = []

    def run(self, events):
        begun = time.monotonic()
        for event in events:
            self._until(begun + event.at)
            note(str(event))
            getattr(self, event.what)(event)
        self._until(float("inf"))

    def _until(self, moment):
        """Until then, does what is due before; with no end, until nothing is due any more."""
        while self._later or moment != float("inf"):
            self._later.sort(key=lambda item: item[0])
            due = min(moment, self._later[0][0]) if self._later else moment
            time.sleep(max(0.0, due - time.monotonic()))
            if due == moment:
                return
            self._later.pop(0)[1]()

    def _after(self, seconds, action):
        self._later.append((time.monotonic() + seconds, action))

    def _command(self, name, fault):
        command(soak_estate.control(self.case.folder, name), (PASSING | LASTING)[fault][0])
        self.faults.setdefault(name, set()).add(fault)

    def _heal(self, name):
        command(soak_estate.control(self.case.folder, name), "")
        self.healed.append((time.time(), name))

    def strike(self, event):
        self._command(event.target, event.fault)
        self._after(event.lasts, lambda: self._heal(event.target))

    def mass(self, event):
        for name in event.target.split(","):
            self._command(name, event.fault)
            self._after(event.lasts, lambda name=name: self._heal(name))

    def last(self, event):
        """Nothing heals it but a person, who has to change the configuration, and does when all have had the time to see that no restart helps: a
        breaker that many failures have just opened holds for a minute, and lets the others follow one by one."""
        self._command(event.target, event.fault)
        self.lasting.append((event.target, event.fault))
        self._after(240, lambda: self._mend(event.target, {"mended": "yes"}))

    def _mend(self, name, changes):
        self._heal(name)
        config = soak_estate.config_of(name, self.case.folder, self.bootstrap) | changes
        self.order(f"'{name}' is configured anew", lambda rest: rest.ask("PUT", f"/connectors/{name}/config", config, timeout=100))

    def paused(self, event):
        """Somebody pauses what has failed, and lets it go on later."""
        self._command(event.target, event.fault)

        def pause():
            self.order("it is paused", lambda rest: rest.order("pause", event.target))
            begun = time.time()
            self._after(25, lambda: resume(begun))

        def resume(begun):
            self._heal(event.target)
            self.pauses.append((event.target, begun + 8, time.time()))  # so long it may take until workers and Klaxon know
            self.order("it goes on", lambda rest: rest.order("resume", event.target))

        self._after(3, pause)

    def meddle(self, event):
        """Somebody restarts it by hand once its cause is gone."""
        self.strike(event)
        self._after(event.lasts + 0.5, lambda: self.order("somebody restarts it", lambda rest: rest.restart(event.target)))

    def mount(self, event):
        path = os.path.join(self.case.folder, "mounted-" + event.target.removeprefix("file-"))
        if os.path.isfile(path):
            os.remove(path)
        os.makedirs(path)
        with open(os.path.join(path, "in"), "w", encoding="ascii") as file:
            file.write("a line\n")
        self.healed.append((time.time(), event.target))

    def poison(self, event):
        end = sum(int(line.rsplit(":", 1)[1]) for line in self.case.kafka_tool("offsets", self.bootstrap, "--topic", event.target).split())
        self.places[event.target] = f"{event.target}-0@{end}"
        self.produce(event.target, "no json")

    def produce(self, topic, text):
        done = subprocess.run([os.path.join(HERE, "kt"), "produce", "--bootstrap-server", self.bootstrap, "--topic", topic], input=text + "\n", text=True, capture_output=True, timeout=60)
        if done.returncode != 0:
            raise Failed(f"nothing could be produced: {done.stderr.strip()[-500:]}")

    def tolerate(self, event):
        self._mend(event.target, {"errors.tolerance": "all"})

    def stop(self, event):
        self.stack.run("stop", "connect2", event.target)
        self._after(event.lasts, lambda: self.stack.run("start", "connect2", event.target))

    def kill(self, event):
        self.stack.run("kill", "connect2", event.target)
        self._after(event.lasts, lambda: self.stack.run("start", "connect2", event.target))


def recovered(watch, story):
    """Seconds from each repair to RUNNING, of failures that lasted when it came."""
    took = []
    for at, name in story.healed:
        took += [each.ended - at for each in watch.failures if each.connector == name and each.begun <= at and each.ended is not None and each.ended > at]
    return sorted(took)


def all_runs(watch):
    states = watch.states()
    bad = [name for name in TWENTY if name not in (*FLAPPING, "heartbeats") and not (name in states and soak_watch.running(states[name]))]
    return not bad or f"not running: {bad}"


def set_up(case):
    """Kafka, two workers and the twenty; all run but those that cannot yet."""
    case.stack.run("up", "kafka", "connect2")
    bootstrap = case.stack.bootstrap("kafka")
    soak_estate.prepare(case.folder)
    for topic in TOPICS:
        case.kafka_tool("topics", bootstrap, "--create", "--topic", topic, "--partitions", "1")
    case.traffic("kafka", topics="orders", rate=10)
    soak = Soak(case)
    for name in POISONED:
        soak.produce(name, '{"schema": {"type": "string", "optional": false}, "payload": "good"}')
    for name in TWENTY:
        soak.create(name, soak_estate.config_of(name, case.folder, soak.bootstrap))
    watch = soak_watch.Watch(soak.urls)
    case.at_exit(watch.end)
    meant = [name for name in TWENTY if name not in (*FOLDERS, *FLAPPING, "heartbeats")]
    wait_until("all that can run do", 120, lambda: not (bad := [name for name in meant if not soak_watch.running(watch.states().get(name, {"connector": {"state": ""}, "tasks": []}))]) or str(bad), pause=1)
    return soak, watch


def measure(case, soak, watch, sent):
    took = recovered(watch, soak)
    again, written = soak_watch.duplicates(case, soak.bootstrap)
    joined = soak_watch.rebalances(case.folder)
    return {
        "restarts sent": sent,
        "failures that Connect told": len(watch.failures),
        "of repaired ones run again": len(took),
        "seconds from repair to RUNNING, median": round(statistics.median(took), 1) if took else "-",
        "the same, longest": round(took[-1], 1) if took else "-",
        "joins of sinks' groups": joined["sinks"],
        "joins of the workers' group": joined["workers"],
        "records delivered again to sinks": again,
        "records written again by sources": written,
    }


def with_klaxon(case, events):
    soak, watch = set_up(case)
    acting.forget(case)
    agent = case.klaxon("--config", acting.configure(case, soak.bootstrap, soak.urls))
    soak.run(events)
    settled = "everything that can be healed runs"
    with contextlib.suppress(Failed):  # told in the table
        wait_until(settled, 600, lambda: all_runs(watch), pause=1)
    agent.terminate()
    attempts, _ = soak_judge.read(case.folder)
    figures = measure(case, soak, watch, sum(each.sent for each in attempts))
    wrong = soak_judge.judge(case.folder, watch, soak)
    watch.end()
    return figures, wrong


def with_naive(case, events):
    soak, watch = set_up(case)
    stop, sent = threading.Event(), []
    thread = threading.Thread(target=naive, args=(soak.urls[0], stop, sent), daemon=True)
    thread.start()
    soak.run(events)
    with contextlib.suppress(Failed):
        wait_until("everything that can be healed runs", 120, lambda: all_runs(watch), pause=1)
    stop.set()
    thread.join(60)
    figures = measure(case, soak, watch, len(sent))
    watch.end()
    return figures


def run(case):
    minutes = float(os.environ.get("KLAXON_SOAK_MINUTES", "20"))
    seed = int(os.environ.get("KLAXON_SEED") or random.SystemRandom().randrange(2**31))
    only = os.environ.get("KLAXON_SOAK_ONLY", "")
    events = soak_estate.schedule(seed, minutes * 60)
    note(f"KLAXON_SEED={seed}: {len(events)} events in {minutes:g} minutes")
    ours, wrong, theirs = {}, {}, {}
    if only != "naive":
        ours, wrong = with_klaxon(case, events)
        case.stack.run("down")
    if only != "klaxon":
        theirs = with_naive(case, events)
    print(f"\n{'':44} {'Klaxon':>10} {'naive':>10}")
    for name in ours or theirs:
        print(f"{name:44} {ours.get(name, '-'):>10} {theirs.get(name, '-'):>10}")
    print()
    for sentence, mistakes in wrong.items():
        print(f"{'WRONG' if mistakes else 'ok':6} {sentence}" + "".join(f"\n         {each}" for each in mistakes[:10]))
    mistakes = sum(len(each) for each in wrong.values())
    check(not mistakes, f"{mistakes} wrong decisions (KLAXON_SEED={seed})")


main(run)
