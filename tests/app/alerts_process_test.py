#!/usr/bin/env python3
"""What Alertmanagers are sent, and alerts over a disk that fails: the program as a process.

    alerts_process_test.py KLAXON

77: Alertmanager's openapi.yaml is not there.
"""

import datetime
import json
import os
import re
import resource
import signal

import alerts_scene
import program
from alerts_scene import OPERATOR, Scene
from program import wait_for


class AlertsTest(Scene):
    def lossy(self):
        with open(self.path("rules.yaml"), "a", encoding="utf-8") as file:
            file.write("  - {alert: Lossy, expr: 'klaxon_outbox_durable == 0'}\n")

    def test_a_state_directory_that_comes_later_is_used(self):
        self.write("state", "a file in its place")
        self.lossy()
        running = self.start()
        self.heard("Stuck")
        self.heard("Lossy")
        self.assertIn("not on the disk", self.page(running))
        silence = self.klaxon(running, "add", "Stuck", "--comment", "early")[1].strip()
        os.remove(self.path("state"))
        wait_for("the directory", lambda: self.durable(running))
        self.assertNotIn("not on the disk", self.page(running))
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        running = self.start()
        wait_for("the silence", lambda: silence in self.klaxon(running, "list")[1])

    def test_a_full_disk_costs_no_page_and_is_told(self):
        running = self.start()
        self.heard("Stuck")
        self.assertTrue(self.durable(running))
        hard = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (1, hard))
        self.rule("Stuck", "Other")
        self.lossy()
        running.process.send_signal(signal.SIGHUP)
        self.heard("Other")
        self.heard("Lossy")
        self.assertIn("not on the disk", self.page(running))
        code, _, err = self.klaxon(running, "add", "Stuck", "--comment", "unwritten")
        self.assertEqual((code, "audit log" in err), (1, True), err)
        code, _, err = self.klaxon(running, "add", "Stuck", "--comment", "refused", password="wrong")
        self.assertEqual((code, "401" in err), (1, True), err)
        self.assertEqual(self.ask(running, "GET", "api/v2/silences", OPERATOR), (200, []))
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        wait_for("the disk", lambda: self.durable(running))
        self.assertEqual(self.klaxon(running, "add", "Stuck", "--comment", "x")[0], 0)
        with open(self.path("audit.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([line["status"] for line in lines], [200])

    def test_a_damaged_file_is_set_aside_and_alerts_are_told(self):
        running = self.start()
        self.heard("Stuck")
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        for name in os.listdir(self.path("state")):
            if name.startswith("klaxon.db"):
                with open(os.path.join(self.path("state"), name), "wb") as file:
                    file.write(b"damaged" * 10000)
        self.firing.clear()
        running = self.start()
        self.heard("Stuck")  # nobody knows any more that it was told
        self.assertTrue(self.durable(running))
        self.assertIn("set aside", running.said())

    def test_a_restart_resolves_nothing_that_looks_back(self):
        self.write("rules.yaml", "groups:\n- name: g\n  interval: 1s\n  rules:\n"
                   "  - {alert: Moves, expr: 'rate(klaxon_series_sampled_timestamp_seconds[30s]) > 0'}\n")

        with open(self.path("klaxon.yaml"), encoding="utf-8") as file:
            config = file.read()
        # Rules are evaluated more often than series are sampled, so that a rate has one sample at first.
        self.write("klaxon.yaml", config.replace("history: {interval: 1s}", "history: {interval: 3s}"))

        def alerts():
            return self.ask(running, "GET", "api/v1/alerts", OPERATOR)[1]["data"]["alerts"]

        running = self.start()
        self.heard("Moves")
        before = alerts()
        os.kill(running.process.pid, signal.SIGKILL)  # its history was not saved yet
        running.process.wait()
        running = self.start()
        wait_for("an evaluation", lambda: re.search(
            r"klaxon_rule_evaluations_total\{.*\} [1-9]", self.ask(running, "GET", "metrics", OPERATOR)[1]))
        wait_for("the alert", lambda: any("unknownSince" not in each for each in alerts()))
        self.assertEqual([each["activeAt"] for each in alerts()], [each["activeAt"] for each in before])
        while not self.receiver.taken.empty():
            self.assertEqual(self.hook()["status"], "firing")

    def owned(self, team):
        """A team owns all alerts, and has a route of its own."""
        self.config(f"  owners: [{{matchers: ['alertname=~\".+\"'], labels: {{team: {team}}}}}]\n")
        with open(self.path("klaxon.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.write("klaxon.yaml", text.replace(
            "group_interval: 1s", f"group_interval: 1s, routes: [{{receiver: team, matchers: ['team={team}']}}]").replace(
            "  receivers: [", f"  receivers: [{{name: team, webhook_configs: [{{url: '{self.receiver.url}/team'}}]}}, "))

    def test_owners_and_routes_change_at_once(self):
        self.owned("a")
        running = self.start()
        told = []

        def wait_until_told(*wanted):
            while not set(wanted) <= set(told):
                path, body = self.receiver.next()
                told.extend((path, each["labels"]["team"], each["status"]) for each in body["alerts"])

        wait_until_told(("/team", "a", "firing"))
        for before, after in (("a", "b"), ("b", "c"), ("c", "d")):
            self.owned(after)
            running.process.send_signal(signal.SIGHUP)
            wait_until_told(("/team", before, "resolved"), ("/team", after, "firing"))
        self.assertEqual({path for path, _, _ in told}, {"/team"})

    def test_what_alertmanagers_are_sent_is_what_their_api_says(self):
        self.config(f"  alertmanagers: [{{url: '{self.receiver.url}', resend_delay: 2s}}]\n")
        running = self.start()
        posts = []
        while len(posts) < 3:
            path, body = self.receiver.next()
            if path == "/api/v2/alerts":
                posts.append(self.valid("postableAlerts", body))
        for body in posts:
            self.assertEqual(body[0]["labels"],
                             {"alertname": "Stuck", "severity": "critical", "topic": "orders"})
            self.assertEqual(body[0]["startsAt"], posts[0][0]["startsAt"])
            self.assertTrue(body[0]["generatorURL"].startswith("http://klaxon.example"))
        self.rule("Other")
        running.process.send_signal(signal.SIGHUP)
        ended = None
        while ended is None:
            path, body = self.receiver.next()
            if path == "/api/v2/alerts":
                now = datetime.datetime.utcnow().isoformat() + "Z"
                self.valid("postableAlerts", body)
                ended = next((each for each in body if each["labels"]["alertname"] == "Stuck"
                              and each["endsAt"] <= now), None)
        self.assertGreater(ended["endsAt"], ended["startsAt"])


if __name__ == "__main__":
    alerts_scene.main()
