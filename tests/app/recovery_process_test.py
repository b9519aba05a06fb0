#!/usr/bin/env python3
"""Recovery of a Klaxon that runs: what people may ask it for, with logins, by command line and API; and what it does without a
state directory that can be used. Against the simulator.

    recovery_process_test.py KLAXON KLAXON_SIMULATOR
"""

import html
import json
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import program
from program import PATIENCE, Running, wait_for

# "viewer-pw" and "admin-pw", of cost 4.
READER = "$2b$04$abcdefghijklmnopqrstuuA245UVMHz5x2Tyo8uuUX5..AF.t3JBe"
OPERATOR = "$2b$04$abcdefghijklmnopqrstuunjjXVilITTjGtFH/emy.ACeBYJBzOuG"
PASSWORDS = {"rita": "viewer-pw", "olga": "admin-pw"}
FAILED = "customers-to-search"
# What Klaxon must answer within though Connect does not, and what the test allows a busy machine.
ANSWER = 3
# The verbs in an order in which each can be done.
DONE = {
    "pause": f"recovery of connector {FAILED} is paused until somebody resumes it",
    "resume": f"recovery of connector {FAILED} goes on",
    "restart": f"connector {FAILED}: accepted, 202, RESTARTING",
}


class Scene(unittest.TestCase):
    """A Klaxon, a simulated Kafka and Connect with a connector that has failed, and a folder."""

    MODE = "observe"

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.simulator = subprocess.Popen(
            [program.SIMULATOR, "--shop", "--still", "--connect", "--failed", FAILED],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(self.end_simulator)
        self.told = dict(self.simulator.stdout.readline().split(None, 1) for _ in range(2))
        self.write("web.yml", f"basic_auth_users: {{rita: '{READER}', olga: '{OPERATOR}'}}\n")
        for name, password in PASSWORDS.items():
            self.write(name + ".txt", password + "\n")
        self.configure(self.MODE)

    def end_simulator(self):
        self.simulator.send_signal(signal.SIGCONT)
        self.simulator.terminate()
        self.simulator.wait()
        self.simulator.stdout.close()

    def configure(self, mode):
        self.config = self.write("klaxon.yaml", f"""
listen: 127.0.0.1:0
web: {{config_file: web.yml, roles: {{olga: operator}}}}
audit: {{file: audit.jsonl}}
state: {{directory: state}}
clusters:
- name: shop
  kafka: {{bootstrap.servers: '{self.told["bootstrap"].strip()}', interval: 1s}}
  connect:
  - name: etl
    url: '{self.told["connect"].split(",")[0].strip()}'
    interval: 1s
    recovery: {{mode: {mode}}}
""")

    def start(self, **options):
        self.running = Running("--config", self.config, **options)
        self.addCleanup(self.running.kill)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def ask(self, path, user="", body=None):
        return self.running.ask(path, f"{user}:{PASSWORDS[user]}" if user else "",
                                None if body is None else json.dumps(body).encode())

    def order(self, verb, user="", **body):
        return self.ask("api/klaxon/v1/recovery/" + verb, user,
                        {"connector": FAILED, "why": "the index is rebuilt", **body})

    def recovery(self):
        _, text = self.ask("api/klaxon/v1/connectors", "rita")
        rows = json.loads(text)["connectors"]
        return next((row["recovery"] for row in rows if row["connector"] == FAILED), None) or {}

    def page(self):
        return self.ask("", "rita")[1]

    def journal(self):
        return subprocess.run([program.KLAXON, "recovery", "log", "--config", self.config],
                              capture_output=True, text=True, timeout=PATIENCE, check=False).stdout

    def audited(self):
        with open(os.path.join(self.folder, "audit.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        return [(line["user"], line["action"].rpartition("/")[2], line["status"])
                for line in lines if "recovery" in line["action"]]


class OrdersTest(Scene):
    def setUp(self):
        super().setUp()
        self.start()
        wait_for("a decision", lambda: "would be restarted now" in self.page())

    def command(self, verb, *arguments, user=""):
        login = ["--user", user, "--password-file", os.path.join(self.folder, user + ".txt")]
        return subprocess.run(
            [program.KLAXON, "recovery", verb, *arguments,
             "--comment" if verb == "resume" else "--why", "the index is rebuilt",
             "--url", self.running.url, *(login if user else [])],
            capture_output=True, text=True, timeout=PATIENCE, check=False)

    def test_nobody_without_a_login_readers_never_and_operators_are_written_down(self):
        for verb in (*DONE, "lift"):
            self.assertEqual(self.order(verb)[0], 401)
            self.assertEqual(self.order(verb, "rita")[0], 403)
        self.assertEqual(self.journal().count("rita"), 0)
        for verb, told in DONE.items():
            self.assertEqual(self.order(verb, "olga"), (200, told + "\n"))
        status, told = self.order("lift", "olga")
        self.assertEqual((status, "is not in quarantine" in told), (409, True))
        self.assertEqual(self.order("pause", "olga", why=" ")[0], 400)
        self.assertEqual(self.order("pause", "olga", connector="unheard-of")[0], 400)
        self.assertEqual(self.order("pause", "olga", connector="")[0], 400)
        self.assertEqual(self.audited(),
                         [each for verb in (*DONE, "lift")
                          for each in (("", verb, 401), ("rita", verb, 403))] +
                         [("olga", verb, 200) for verb in DONE] +
                         [("olga", "lift", 409)] + [("olga", "pause", 400)] * 3)
        log = self.journal()
        for verb, told in DONE.items():
            self.assertIn(f"{verb} by olga from 127.0.0.1: the index is rebuilt: {told}", log)
        self.assertIn("lift by olga from 127.0.0.1: the index is rebuilt: not done: ", log)
        page = self.page()
        self.assertIn("restart by olga", page)

    def test_the_command_line_says_the_same(self):
        told = self.command("pause", FAILED)
        self.assertEqual((told.returncode, "(401)" in told.stderr), (1, True))
        self.assertIn("log in with --user", told.stderr)
        told = self.command("pause", FAILED, user="rita")
        self.assertEqual((told.returncode, "(403)" in told.stderr), (1, True))
        for verb, words in DONE.items():
            told = self.command(verb, FAILED, user="olga")
            self.assertEqual((told.returncode, told.stdout), (0, words + "\n"))
        told = self.command("lift", FAILED, user="olga")
        self.assertEqual((told.returncode, "(409)" in told.stderr), (1, True))
        # Without a name all of the Connect cluster is meant.
        told = self.command("pause", user="olga")
        self.assertEqual((told.returncode, told.stdout.split(" is ")[0]),
                         (0, "recovery of the whole Connect cluster"))
        wait_for("the pause", lambda: "is paused by olga" in self.page())
        self.assertIn("olga has paused the whole", self.command("resume", FAILED, user="olga").stderr)
        self.assertEqual(self.command("resume", user="olga").returncode, 0)
        told = self.command("pause", "", user="olga")
        self.assertEqual((told.returncode, "is empty" in told.stderr), (2, True))
        self.assertNotIn("rita", self.journal())

    def test_a_restart_that_connect_keeps_waiting_is_taken_and_done_later(self):
        self.simulator.send_signal(signal.SIGSTOP)
        begun = time.monotonic()
        status, told = self.order("restart", "olga")
        took = time.monotonic() - begun
        self.assertEqual((status, "taken, and not done yet" in told), (202, True))
        self.assertGreaterEqual(took, ANSWER - 0.5)
        self.assertEqual(self.ask("-/healthy")[0], 200)
        self.simulator.send_signal(signal.SIGCONT)
        wait_for("what came of it", lambda: DONE["restart"] in self.journal())
        wait_for("its repair", lambda: not self.recovery() or self.recovery()["action"] == "nothing")
        self.assertEqual(self.audited(), [("olga", "restart", 202)])
        self.assertEqual(self.journal().count("restart by olga"), 1)


class StateTest(Scene):
    """Nothing is restarted that cannot be written down, and everybody is told."""

    MODE = "act"

    def state(self, *parts):
        return os.path.join(self.folder, "state", *parts)

    def acting(self):
        found = re.search(r"^kafka_connect_recovery_acting\{.*\} (\d)$", self.ask("metrics", "rita")[1], re.M)
        return int(found.group(1)) if found else None

    def restarts(self):
        return len(re.findall(r"restart \d+: ", self.journal()))

    def assert_observes(self, why, refused=409):
        """On the page, in the metrics, among the events; and nothing was sent."""
        wait_for(why, lambda: self.acting() == 0 and why in html.unescape(self.page()))
        wait_for("a plan", lambda: "would be restarted now" in self.page())
        self.assertIn("recovery may act, and only observes", self.page())
        _, text = self.ask("api/klaxon/v1/connectors", "rita")
        told = json.loads(text)["connect_clusters"][0]["recovery"]
        self.assertEqual((told["acts"], why in told["hindrance"]), (False, True))
        self.assertEqual(self.recovery()["last_restart"], None)
        self.assertEqual(self.order("restart", "olga")[0], refused)

    def assert_acts(self):
        wait_for("its restart", lambda: "accepted (202, RESTARTING)" in self.journal())
        wait_for("that it acts", lambda: self.acting() == 1)
        self.assertEqual(self.restarts(), 1)

    def test_a_disk_that_is_full_while_it_runs(self):
        self.configure("observe")
        self.start()
        wait_for("a plan", lambda: "would be restarted now" in self.page())
        pid = self.running.process.pid
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
        self.configure("act")
        self.running.process.send_signal(signal.SIGHUP)
        self.assert_observes("klaxon.db: SQLite: ", refused=503)  # nor has the audit log any room
        status, told = self.order("pause", "olga")  # makes things safer
        self.assertEqual((status, "until somebody resumes it" in told), (200, True), told)
        self.assertIn("forgotten if Klaxon ends before it can be written down", told)
        self.assertIn("the audit log cannot be written", told)
        self.assertEqual([self.order(verb, "olga")[0] for verb in ("resume", "lift")], [503] * 2)
        wait_for("the pause", lambda: "is paused by olga" in self.page())
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        wait_for("its line", lambda: "pause by olga" in self.journal())
        self.assertEqual(self.order("resume", "olga")[0], 200)
        self.assertEqual([each[1:] for each in self.audited()],
                         [("pause", 200), ("resume", 200)])
        self.assert_acts()
        self.assertEqual(self.running.end(), 0)

    def test_a_directory_that_cannot_be_written(self):
        os.mkdir(self.state(), 0o555)
        os.chmod(self.folder, 0o777)  # the audit log
        for name in os.listdir(self.folder):
            if name != "state":
                os.chmod(os.path.join(self.folder, name), 0o644)
        # Whoever may do anything may write anywhere.
        self.start(**({"user": 65534, "group": 65534} if os.geteuid() == 0 else {}))
        self.assert_observes("state")
        self.assertIn("only observes", self.running.said())
        os.chmod(self.state(), 0o777)
        self.assert_acts()

    def test_a_file_that_was_torn(self):
        self.configure("observe")
        self.start()
        wait_for("a plan", lambda: "would be restarted now" in self.page())
        self.assertEqual(self.running.end(), 0)
        with open(self.state("klaxon.db"), "r+b") as file:
            file.truncate(os.path.getsize(self.state("klaxon.db")) // 2 + 100)
        self.configure("act")
        self.start()
        self.assert_observes("the state was damaged")
        aside = [name for name in os.listdir(self.state()) if ".damaged-" in name]
        self.assertEqual(len(aside), 1)
        self.assertIn(aside[0], self.running.said())
        os.rename(self.state(aside[0]), os.path.join(self.folder, "looked-at"))
        self.assert_acts()


if __name__ == "__main__":
    program.KLAXON, program.SIMULATOR = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1])
