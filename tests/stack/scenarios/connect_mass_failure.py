"""Five hundred connectors of a real Connect cluster fail at once. At the defaults the breaker lets nothing through, then one, then the others
one by one; without it the budget holds exactly, a small one and a large one; and Connect answers within a second all along.

KLAXON_CONNECTORS: how many (500).
"""

import concurrent.futures
import contextlib
import json
import os
import signal
import time

import _paths  # noqa: F401
import acting
import soak_judge
from answer_times import AnswerTimes
from connect_probe import Rest, patiently
from connect_tasks import command
from scenario import check, main, note, wait_until

# One restart under way on each of two workers, as is the default, does not use up the budget.
NO_BREAKER = ", breaker.least: 100000, breaker.spread: 1s, budget.per_worker: 20"
LARGE = NO_BREAKER + ", budget.per_minute: 120"
HOLD, SPREAD, SMALL = 60.0, 10.0, 6  # the defaults
# Between the clock of the journal and that of this scenario, and a poll in which nothing is due yet.
SLACK = 6.0
# In memory; the last one is answered by the herder's own thread.
PATHS = ["/", "/connectors", "/connectors/c000/config"]


def name_of(number):
    return f"c{number:03}"


def create_all(rest, count, control):
    """Many at a time: the herder takes all that waits between two rebalances."""
    config = {"connector.class": "klaxon.test.FaultySource", "tasks.max": "1", "rate": "1", "control.file": control}

    def create(number):
        def post():
            with contextlib.suppress(FileExistsError):
                if name_of(number) not in rest.ask("GET", "/connectors", timeout=30):
                    rest.ask("POST", "/connectors", {"name": name_of(number), "config": config}, timeout=100)

        wait_until(f"{name_of(number)} is created", 300, lambda: patiently(post), pause=0.5)

    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        list(pool.map(create, range(count)))


def tasks_in(rest, state):
    with contextlib.suppress(OSError):
        return sum(told == state for (_, task), (told, _) in rest.states().items() if task >= 0)
    return -1


class Mass:
    """The estate, what fails all of it, and the periods that were measured."""

    def __init__(self, case, count):
        self.case, self.count, self.periods = case, count, []
        self.bootstrap = case.stack.bootstrap("kafka")
        self.urls = [node["url"] for node in case.stack.describe("connect2")["nodes"]]
        self.rest = Rest(self.urls[0])
        self.control = os.path.join(case.folder, "control")

    def configure(self, policy):
        self.config = acting.configure(self.case, self.bootstrap, self.urls, policy)

    def reload(self, agent, policy):
        self.configure(policy)
        done = agent.metrics().value("klaxon_config_reloads_total", result="succeeded") or 0
        agent.process.send_signal(signal.SIGHUP)
        wait_until("it is reloaded", 60, lambda: agent.metrics().value("klaxon_config_reloads_total", result="succeeded") == done + 1)

    def fail_all(self):
        """Returns when the cause is gone again, and all have failed by it."""
        command(self.control, "fail-task\nfail-task-start\nmessage Connection refused\n")
        took = wait_until("all have failed", 120, lambda: (left := self.count - tasks_in(self.rest, "FAILED")) <= 0 or f"{left} have not", pause=0.3)
        note(f"all {self.count} failed within {took:.1f} s")
        command(self.control, "")

    @contextlib.contextmanager
    def period(self, name):
        begun = time.time()
        try:
            yield
        finally:
            self.periods.append((name, begun, time.time()))

    def sent(self, since=0.0):
        """Moments of restarts, from the journal."""
        attempts, _ = soak_judge.read(self.case.folder)
        return sorted(each.at for each in attempts if each.sent and each.at >= since)


def most_in_a_minute(sent):
    return max((sum(at <= other < at + 60 for other in sent) for at in sent), default=0)


def breaker(agent):
    told = json.loads(agent.get("/api/klaxon/v1/connectors", timeout=60)[1])["connect_clusters"][0]["recovery"]
    return told["breaker"], told["breaker_why"]


def with_breaker(mass, agent):
    with mass.period("all fail, breaker"):
        began = time.time()
        mass.fail_all()
        healed = time.time()
        wait_until("the breaker is open", 60, lambda: breaker(agent)[0] == "open" or breaker(agent)[0])
        note(f"breaker: {breaker(agent)}")
        wait_until("one is let through", 240, lambda: bool(mass.sent(began)), pause=1)
        state = breaker(agent)[0]
        first = mass.sent(began)[0]
        check(first - healed >= HOLD - SLACK, f"nothing is restarted for {first - healed:.0f} s after the cause is gone; then one (breaker: {state})")
        wait_until("it helped", 120, lambda: breaker(agent)[0] == "spread" or breaker(agent)[0], pause=0.5)
        check(len(mass.sent(began)) <= 2, "only then the others follow")
        wait_until("eight were restarted", 200, lambda: len(mass.sent(began)) >= 8 or len(mass.sent(began)), pause=1)
        sent = mass.sent(began)
    gaps = [later - before for before, later in zip(sent[1:], sent[2:])]
    check(min(gaps) >= SPREAD - 0.5, f"one every {SPREAD:g} s: {', '.join(f'{gap:.1f}' for gap in gaps)}")
    check(most_in_a_minute(sent) <= SMALL, f"at most {most_in_a_minute(sent)} of {SMALL} within any minute")


def with_small_budget(mass, agent):
    """What was restarted within the last minute counts: two minutes are looked at from the second one on."""
    with mass.period("budget 6"):
        mass.reload(agent, NO_BREAKER)
        begun = time.time()
        wait_until("three minutes are over", 240, lambda: time.time() > begun + 180 + SLACK, pause=1)
    sent = mass.sent(begun - 60)
    check(most_in_a_minute(sent) == SMALL, f"{most_in_a_minute(sent)} restarts within any minute, {SMALL} allowed")
    last = [at for at in sent if at >= sent[-1] - 120]
    # A restart is sent with the first poll after a minute, so that the minutes are up to a poll longer.
    check(len(last) >= 2 * SMALL - 2, f"all of the budget was used: {len(last)} in the last two minutes")


def with_large_budget(mass):
    """By an agent that finds all failed, and has no breaker: the one before spreads what is left of its incident, one a poll."""
    with mass.period("budget 120"):
        acting.forget(mass.case)
        mass.configure(LARGE)
        begun = time.time()
        agent = mass.case.klaxon("--config", mass.config)
        limit = 60 * mass.count / 120 + 240
        took = wait_until("all run again", limit, lambda: (left := mass.count - tasks_in(mass.rest, "RUNNING")) <= 0 or f"{left} do not", pause=1)
    sent = mass.sent(begun)
    minutes = [sum(begun <= at - 60 * minute < begun + 60 for at in sent) for minute in range(int(took // 60) + 1)]
    check(most_in_a_minute(sent) <= 120, f"at most {most_in_a_minute(sent)} of 120 within any minute ({minutes})")
    if mass.count >= 300:
        check(most_in_a_minute(sent) == 120, "and all of it was used")
    note(f"all {mass.count} run again {took:.0f} s after that")
    agent.terminate()
    judge(mass)


def judge(mass):
    wrong = soak_judge.without_verdict(mass.case.folder)
    check(not wrong, f"every restart helped{': ' + str(wrong[:5]) if wrong else ''}")


def run(case):
    count = int(os.environ.get("KLAXON_CONNECTORS", "500"))
    case.stack.set(KLAXON_STACK_CONNECT_HEAP="1500m")
    case.stack.run("up", "kafka", "connect2")
    mass = Mass(case, count)
    command(mass.control, "")
    begun = time.monotonic()
    create_all(mass.rest, count, mass.control)
    wait_until("all run", 300, lambda: (left := count - tasks_in(mass.rest, "RUNNING")) <= 0 or f"{left} do not", pause=1)
    note(f"{count} connectors run after {time.monotonic() - begun:.0f} s")
    acting.forget(case)
    mass.configure("")
    times = AnswerTimes(mass.urls, PATHS)
    case.at_exit(times.end)
    with mass.period("at rest"):
        agent = case.klaxon("--config", mass.config)
        wait_until("four polls have passed since the start", 120, lambda: (agent.metrics().value("klaxon_collector_polls_total", collector="recovery") or 0) >= 5 or "fewer")
    try:
        with_breaker(mass, agent)
        with_small_budget(mass, agent)
        agent.terminate()
        judge(mass)
        with_large_budget(mass)
    finally:  # also of a run that fails
        times.end()
        rows = times.table(mass.periods)
        print(f"\n{'answers of two workers':20} {'path':26} {'count':>6} {'median ms':>10} {'worst ms':>9} {'none':>5}")
        for name, path, number, median, worst, failed in rows:
            print(f"{name:20} {path:26} {number:6} {1000 * median:10.1f} {1000 * worst:9.1f} {failed:5}")
        print(flush=True)
    check(not any(row[5] for row in rows), "every question was answered")
    worst = max(row[4] for row in rows if row[1] in PATHS[:2])  # the third waits for whatever the herder does
    check(worst < 1, f"the longest answer took {1000 * worst:.0f} ms")


main(run)
