"""The situations that recovery must tell apart, brought about on a real Connect cluster of two workers, and what is decided and done in each.

The numbers are those of tests/recovery/situations_test.cc.
"""

import json
import os
import signal
import subprocess
import time
import urllib.parse

import _paths  # noqa: F401
import acting
import soak_judge
from connect_probe import workers_group
from connect_tasks import command
from scenario import check, main, note, wait_until

POLICY = ", backoff.base: 6s, backoff.jitter: 0, budget.per_minute: 60, budget.per_worker: 20, breaker.least: 1000"
PASSING = "message Connection refused\n"
UNKNOWN = "fail-task\nfail-task-start\nmessage klaxon: nobody knows this one\n"
LOGIN = 'fail-task\nfail-task-start\nmessage FATAL: password authentication failed for user "etl"\n'
LOST = "fail-task\nfail-task-start\nmessage ORA-01291: missing log file " + "x" * 200_000 + "\n"
OBSERVED = {"klaxon.recovery": "observe"}


class Situations(acting.TwoWorkers):
    def __init__(self, case):
        super().__init__(case)
        self.agent = None

    def control(self, name):
        return os.path.join(self.case.folder, "control-" + urllib.parse.quote(name, safe=""))

    def command(self, name, text):
        command(self.control(name), text)

    def made(self, name, **more):
        return {"connector.class": "klaxon.test.FaultySource", "tasks.max": "2", "rate": "10", "control.file": self.control(name), **more}

    def begin(self, name, text="", **more):
        self.command(name, text)
        self.create(name, self.made(name, **more))

    def state(self, name, task):
        return self.rest().states().get((name, task), ("none", ""))[0]

    def await_state(self, name, task, state):
        wait_until(f"'{name}' {task} is {state}", 90, lambda: self.state(name, task) == state or self.state(name, task))

    def start(self, more=""):
        self.configure(more)
        self.agent = self.case.klaxon("--config", self.config)

    def configure(self, more=""):
        self.config = acting.configure(self.case, self.bootstrap, self.urls, POLICY + more, every="2s")

    def reload(self, more):
        self.configure(more)
        self.agent.process.send_signal(signal.SIGHUP)

    def decision(self, name):
        rows = json.loads(self.agent.get("/api/klaxon/v1/connectors", timeout=60)[1])["connectors"]
        return next((row["recovery"] or {} for row in rows if row["connector"] == name), {})

    def decided(self, row, name, action, why=""):
        """Waits for that decision, and tells it."""

        def there():
            told = self.decision(name)
            return (told.get("action") == action and why in told["why"]) or f"{told.get('action')}: {told.get('why')}"

        wait_until(f"row {row}: '{name}': {action}: {why}", 120, there, pause=0.3)
        check(True, f"row {row}: '{name}': {action}: {self.decision(name)['why'][:160]}")

    def sent(self, name):
        return [each for each in soak_judge.read(self.case.folder)[0] if each.connector == name and each.sent]

    def recovers(self, row, name):
        """By exactly one restart since it was created."""
        wait_until(f"row {row}: '{name}' recovers", 120, lambda: [each.verdict for each in self.sent(name)] == ["recovered"] or str(self.sent(name)), pause=0.5)
        check(True, f"row {row}: '{name}': one restart, and it recovered")


def before_the_start(it):
    it.begin("paused", "fail-task 0\n")
    it.await_state("paused", 0, "FAILED")
    it.order("it is paused", lambda rest: rest.order("pause", "paused"))
    it.begin("stopped")
    it.order("it is stopped", lambda rest: rest.order("stop", "stopped"))
    it.begin("itself")
    it.begin("ödd näme")
    it.begin("a/b")
    it.begin("login")
    it.begin("lost")
    it.begin("used up", **{"klaxon.recovery.attempts": "2"})
    it.begin("shrinks", **OBSERVED)
    it.begin("by hand", **OBSERVED)
    it.begin("on a dead one", **OBSERVED)
    it.begin("serviced")
    wait_until("all run", 90, lambda: (some := [key for key, (state, _) in it.rest().states().items() if state != "RUNNING" and key[0] not in ("paused", "stopped")]) == [] or str(some))


def by_state_and_class(it):
    it.decided(5, "paused", "refuse", "it is paused")
    it.decided(6, "stopped", "nothing", "it is stopped")
    it.command("itself", "raise-connector-error\n" + PASSING)
    it.command("ödd näme", "fail-task 0\n" + PASSING)
    it.command("a/b", "raise-connector-error\n" + PASSING)  # on 4.3.1 workers cannot give it tasks either
    it.command("login", LOGIN)
    it.command("lost", LOST)
    it.command("used up", UNKNOWN)
    it.begin("greedy", "excess-tasks\n")
    it.await_state("itself", -1, "FAILED")
    it.await_state("ödd näme", 0, "FAILED")
    it.command("itself", "")
    it.command("ödd näme", "")
    it.decided(36, "a/b", "refuse", "cannot be put into a path")
    it.decided(22, "lost", "quarantine", "data_loss_risk")
    check(not it.sent("lost"), "row 22: it was never restarted; row 35: its traces of 400 kB are read")
    it.recovers(4, "itself")
    it.recovers(36, "ödd näme")
    it.decided(21, "login", "quarantine", "authorization: one restart did not help")
    check(len(it.sent("login")) == 1, "row 21: one restart was sent")
    it.decided(39, "greedy", "quarantine", "configuration")


def over_a_kill(it):
    """It ends with kill -9 while something waits for its back-off; nothing is forgotten."""
    wait_until("it was restarted once", 60, lambda: len(it.sent("used up")) >= 1)
    it.agent.process.send_signal(signal.SIGKILL)
    it.agent.process.wait(30)
    before = len(soak_judge.read(it.case.folder)[0])
    it.start()
    wait_until("it looks", 60, lambda: bool(it.decision("login")))
    it.decided(40, "used up", "exhausted", "2 restarts did not help")
    check(len(it.sent("used up")) == 2, "rows 32, 40: two restarts in all, one before and one after kill -9")
    others = [each for each in soak_judge.read(it.case.folder)[0][before:] if each.connector not in ("used up", "greedy")]
    check(not others, f"row 32: nothing else was restarted after it{': ' + str(others) if others else ''}")
    it.decided(21, "login", "quarantine", "authorization")


def by_people(it):
    it.command("login", "")
    it.order("it is configured anew", lambda rest: rest.ask("PUT", "/connectors/login/config", it.made("login", mended="yes"), timeout=100))
    wait_until("row 24: 'login' is let out", 90, lambda: it.decision("login").get("action") in ("lift", "nothing", "restart", "wait") or str(it.decision("login")), pause=0.2)
    it.decided(24, "login", "nothing")
    check(it.decision("login")["attempts"] == 0 or it.state("login", 0) == "RUNNING", "row 24: configured anew, it left its quarantine")
    it.command("shrinks", "fail-task 1\n")
    it.decided(28, "shrinks", "restart")
    it.command("shrinks", "tasks 1\n")
    it.decided(28, "shrinks", "nothing", "runs")
    it.command("by hand", "fail-task 0\n" + PASSING)
    it.await_state("by hand", 0, "FAILED")
    it.command("by hand", "")
    it.decided(25, "by hand", "restart")
    it.order("somebody restarts it", lambda rest: rest.restart("by hand"))
    it.decided(25, "by hand", "nothing")
    it.command("by hand", "fail-task 0\n" + PASSING)
    it.decided(25, "by hand", "wait", "back-off after restart 1")
    it.order("it is deleted", lambda rest: rest.ask("DELETE", "/connectors/" + urllib.parse.quote("used up")))
    it.begin("used up", anew="yes")
    it.decided(29, "used up", "nothing")
    check(it.decision("used up")["attempts"] == 0, "row 29: deleted and made anew with another configuration, it has all its attempts")


def in_a_window(it):
    it.reload(', maintenance: [{from: "00:00", to: "00:00"}]')
    it.command("serviced", "fail-task 0\n" + PASSING)
    it.await_state("serviced", 0, "FAILED")
    it.command("serviced", "")
    it.decided(38, "serviced", "refuse", "maintenance window")
    check(not it.sent("serviced"), "row 38: nothing was sent")
    it.reload("")
    it.recovers(38, "serviced")


def on_a_dead_worker(it):
    """A worker is killed: what it carried is FAILED or RUNNING as before, says Connect."""
    leader = workers_group(it.bootstrap, "klaxon-connect2").leader  # without it there is no delay: its work is dealt out at once
    task, owner = next((task, worker) for (name, task), (_, worker) in sorted(it.rest().states().items()) if name == "on a dead one" and task >= 0 and worker not in leader)
    it.command("on a dead one", f"fail-task {task}\n" + PASSING)
    it.decided(10, "on a dead one", "restart")
    node = next(node["id"] for node in it.nodes if node["url"].endswith(owner))
    ghost = next(name for (name, task), (state, worker) in it.rest().states().items() if worker == owner and state == "RUNNING" and task >= 0 and name in ("serviced", "itself", "ödd näme", "login"))
    before = len(soak_judge.read(it.case.folder)[0])
    it.stack.run("kill", "connect2", str(node))
    it.decided(10, "on a dead one", "refuse", "is not in the workers' group")
    it.decided(9, ghost, "refuse", "its worker is gone")
    check(len(soak_judge.read(it.case.folder)[0]) == before, "rows 9, 10: nothing was sent")
    it.stack.run("start", "connect2", str(node))
    it.decided(9, ghost, "nothing")


def unseen(it):
    """Both workers hang: what is known is old, and nothing is decided by it."""
    it.command("itself", "fail-task 0\n" + PASSING)
    it.command("shrinks", "tasks 1\nfail-task 0\n" + PASSING)
    it.decided(1, "shrinks", "restart")
    sent = len(soak_judge.read(it.case.folder)[0])
    for node in it.nodes:
        it.stack.run("pause", "connect2", str(node["id"]))
    explain = [it.case.klaxon_binary(), "recovery", "explain", "shrinks", "--config", it.config]

    def old():
        told = subprocess.run(explain, capture_output=True, text=True, timeout=60).stdout
        return "refuse: its state is " in told or told[:300]

    try:
        wait_until("row 1: its state is old", 60, old, pause=0.5)
        begun = time.time()
        wait_until("some more polls fail", 30, lambda: time.time() > begun + 6)
        after = soak_judge.read(it.case.folder)[0][sent:]
        check(all(each.at < begun for each in after), "row 1: nobody answers: refuse, its state is old; and nothing is sent")
    finally:
        for node in it.nodes:
            it.stack.run("continue", "connect2", str(node["id"]))
    it.decided(1, "shrinks", "restart")


def run(case):
    case.stack.run("up", "kafka", "connect2")
    acting.forget(case)
    it = Situations(case)
    before_the_start(it)
    it.start()
    for part in (by_state_and_class, over_a_kill, by_people, in_a_window, on_a_dead_worker, unseen):
        begun = time.monotonic()
        part(it)
        note(f"{part.__name__}: {time.monotonic() - begun:.0f} s")
    told = subprocess.run([case.klaxon_binary(), "connectors", "--config", it.config], capture_output=True, text=True, timeout=90)
    print(told.stdout)
    lines = told.stdout.split("\nlost ", 1)[-1].splitlines()[:6]
    check(any("> recovery: decided " in line and "ago: quarantine: data_loss_risk" in line for line in lines), "klaxon connectors tells what the running one has decided, and when")
    it.agent.terminate()


main(run)
