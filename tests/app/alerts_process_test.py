#!/usr/bin/env python3
"""Silences, what Alertmanagers are sent, and a disk that fails: the program as a process.

    alerts_process_test.py KLAXON

What is sent and answered is held against Alertmanager's openapi.yaml (KLAXON_CONFORMANCE, or
../shared/conformance); Debian's amtool is the judge of how the API is used. 77: one of them is not there.
"""

import base64
import datetime
import http.server
import json
import os
import queue
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.error
import urllib.parse
import urllib.request

import jsonschema
import yaml

import process_test
from process_test import PATIENCE, Running, wait_for

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# "viewer-pw", "operator-pw" and "admin-pw", of cost 4.
USERS = {"viewer": "$2b$04$abcdefghijklmnopqrstuuA245UVMHz5x2Tyo8uuUX5..AF.t3JBe",
         "operator": "$2b$04$abcdefghijklmnopqrstuuoHFYqMSAsOlTTrwLAZQweLhbnaGXyfO"}
OPERATOR = "operator:operator-pw"


def find(path, what):
    if not os.path.exists(path):
        print(f"{what} is not there ({path})", file=sys.stderr)
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    return path


def openapi():
    folder = os.environ.get("KLAXON_CONFORMANCE") or os.path.join(ROOT, "..", "shared", "conformance")
    with open(find(os.path.join(folder, "alertmanager", "openapi.yaml"), "Alertmanager's openapi.yaml"),
              encoding="utf-8") as file:
        return yaml.safe_load(file)


def amtool():
    cache = os.environ.get("KLAXON_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "klaxon")
    return find(os.path.join(cache, "stack", "alertmanager", "amtool"), "Debian's amtool")


FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_time(text):
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text)
                and datetime.datetime.fromisoformat(text[:19]))


@FORMATS.checks("uri")
def is_uri(text):
    return bool(urllib.parse.urlparse(text).scheme)


class Receiver:
    """Takes what is posted to it, whatever it is."""

    def __init__(self):
        taken = self.taken = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken.put((self.path, json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def next(self):
        return self.taken.get(timeout=PATIENCE)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class AlertsTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.receiver = Receiver()
        self.addCleanup(self.receiver.close)
        self.firing = set()
        self.write("web.yml", "basic_auth_users:\n" +
                   "".join(f"  {name}: '{bcrypt}'\n" for name, bcrypt in USERS.items()))
        self.rule("Stuck")
        self.config()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def rule(self, *names):
        self.write("rules.yaml", "groups:\n- name: g\n  interval: 1s\n  rules:\n" + "".join(
            f"  - {{alert: {name}, expr: 'vector(1)', labels: {{severity: critical, topic: orders}},"
            f" annotations: {{summary: 'the topic is \"stuck\"'}}}}\n" for name in names))

    def config(self, more=""):
        # Nothing answers on port 1: a cluster that is down is still a configuration.
        self.write("klaxon.yaml", f"""
listen: 127.0.0.1:0
web: {{config_file: web.yml, roles: {{operator: operator}}}}
audit: {{file: audit.jsonl}}
state: {{directory: state}}
history: {{interval: 1s}}
clusters: [{{name: main, kafka: {{bootstrap.servers: '127.0.0.1:1', interval: 1s}}}}]
alerts: {{rule_files: [rules.yaml]}}
notify:
  external_url: http://klaxon.example
  route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s}}
  receivers: [{{name: hook, webhook_configs: [{{url: '{self.receiver.url}/hook'}}]}}]
{more}""")

    def page(self, running):
        return self.ask(running, "GET", "", "viewer:viewer-pw")[1]

    def durable(self, running):
        return "klaxon_outbox_durable 1\n" in self.ask(running, "GET", "metrics", OPERATOR)[1]

    def heard(self, alert):
        """Waits until the webhook has heard that it fires."""
        while alert not in self.firing:
            self.firing |= {each["labels"]["alertname"] for each in self.hook()["alerts"]
                            if each["status"] == "firing"}

    def start(self):
        running = Running("--config", self.path("klaxon.yaml"))
        self.addCleanup(running.kill)
        return running

    def ask(self, running, method, path, login="", body=None, content="application/json"):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(running.url + path, data=data, method=method)
        if data is not None:
            request.add_header("Content-Type", content)
        if login:
            request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text = answer.read().decode()
                status = answer.status
        except urllib.error.HTTPError as refused:
            text = refused.read().decode()
            status = refused.code
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def klaxon(self, running, *words, user="operator", password="operator-pw"):
        told = subprocess.run(
            [process_test.KLAXON, "silence", *words, "--url", running.url, "--user", user],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
            env={**os.environ, "KLAXON_PASSWORD": password})
        return told.returncode, told.stdout, told.stderr

    def amtool(self, running, *words, login=OPERATOR):
        url = running.url.replace("http://", f"http://{login}@")
        told = subprocess.run([amtool(), "--alertmanager.url=" + url, *words], capture_output=True,
                              text=True, timeout=PATIENCE, check=False,
                              env={**os.environ, "HOME": self.folder.name})
        self.assertEqual(told.returncode, 0, told.stderr + told.stdout)
        return told.stdout

    def valid(self, definition, document):
        api = openapi()
        jsonschema.Draft4Validator(
            {"$ref": f"#/definitions/{definition}"}, format_checker=FORMATS,
            resolver=jsonschema.RefResolver.from_schema(api)).validate(document)
        return document

    def silence(self, **changes):
        now = datetime.datetime.utcnow()
        return {"matchers": [{"name": "alertname", "value": "Stuck", "isRegex": False, "isEqual": True}],
                "startsAt": now.isoformat() + "Z",
                "endsAt": (now + datetime.timedelta(hours=1)).isoformat() + "Z",
                "createdBy": "operator", "comment": "a test", **changes}

    def hook(self):
        """The next message of the webhook."""
        while True:
            path, body = self.receiver.next()
            if path == "/hook":
                return body

    def test_only_an_operator_silences_and_that_is_audited(self):
        running = self.start()
        for method, path, body in (("POST", "api/v2/silences", self.silence()),
                                   ("DELETE", "api/v2/silence/x", None)):
            self.assertEqual(self.ask(running, method, path, "", body)[0], 401)
            self.assertEqual(self.ask(running, method, path, "operator:wrong", body)[0], 401)
            self.assertEqual(self.ask(running, method, path, "viewer:viewer-pw", body)[0], 403)
        code, _, err = self.klaxon(running, "add", "Stuck", "--comment", "x", user="viewer",
                                   password="viewer-pw")
        self.assertEqual((code, "403" in err), (1, True), err)
        code, _, err = self.klaxon(running, "list", password="wrong")
        self.assertEqual((code, "--password-file" in err), (1, True), err)
        status, told = self.ask(running, "POST", "api/v2/silences", OPERATOR, self.silence())
        self.assertEqual(status, 200, told)
        silences = self.ask(running, "GET", "api/v2/silences", "viewer:viewer-pw")[1]
        self.assertEqual([each["id"] for each in silences], [told["silenceID"]])
        status, _ = self.ask(running, "DELETE", "api/v2/silence/" + told["silenceID"], OPERATOR)
        self.assertEqual(status, 200)
        with open(self.path("audit.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        changed = [(line["user"], line["action"], line["status"]) for line in lines if line["status"] < 400]
        self.assertEqual(changed, [
            ("operator", "POST /api/v2/silences", 200),
            ("operator", f"DELETE /api/v2/silence/{told['silenceID']}", 200)])

    def test_what_is_wrong_with_a_silence_is_named(self):
        running = self.start()
        matcher = self.silence()["matchers"][0]
        past = "2020-01-01T00:00:00Z"
        for body, words in (
                (self.silence(matchers=[]), "at least one matcher"),
                (self.silence(matchers=[{**matcher, "isRegex": True, "value": ".*"}]), "everything"),
                (self.silence(matchers=[{**matcher, "value": ""}]), "everything"),
                (self.silence(matchers=[{**matcher, "isRegex": True, "value": "("}]), "("),
                (self.silence(matchers=[{**matcher, "name": ""}]), "name"),
                (self.silence(matchers=[{**matcher, "isReqex": True}]), "isReqex"),
                (self.silence(matchers="Stuck"), "list"),
                (self.silence(matchers=[matcher] * 51), "50"),
                (self.silence(startsAt="2037-01-01T00:00:00Z"), "after it starts"),
                (self.silence(endsAt=past, startsAt="2019-01-01T00:00:00Z"), "past"),
                (self.silence(endsAt="tomorrow"), "endsAt"),
                (self.silence(comment=" "), "comment"),
                (self.silence(comment="x" * 3000), "2000"),
                (self.silence(comment=7), "comment"),
                ([], "object"), (b"{", "JSON"), (b"[" * 60000, "JSON"), (b"\xff", "JSON")):
            status, told = self.ask(running, "POST", "api/v2/silences", OPERATOR, body)
            self.assertEqual(status, 400, (body, told))
            self.assertIn(words, told)
        status, told = self.ask(running, "POST", "api/v2/silences", OPERATOR, self.silence(id="no"))
        self.assertEqual((status, "no silence no" in told), (404, True), told)
        self.assertEqual(self.ask(running, "DELETE", "api/v2/silence/no", OPERATOR)[0], 404)
        self.assertEqual(self.ask(running, "GET", "api/v2/silence/no", OPERATOR)[0], 404)
        self.assertEqual(self.ask(running, "GET", "api/v2/silences?filter=%22", OPERATOR)[0], 400)
        self.assertEqual(self.ask(running, "POST", "api/v2/silences", OPERATOR, b"x" * 70000)[0], 413)
        for words, code, complaint in (
                (["topic=~.*", "--comment", "x"], 2, "everything"),
                (["Stuck", "--comment", "x", "--duration", "soon"], 2, "--duration"),
                (["Stuck", "--comment", "x", "--end", "soon"], 2, "--end"),
                (["Stuck", "--comment", "x", "--end", past], 2, "end"),
                (["a=\"", "--comment", "x"], 2, "matcher"), (["Stuck"], 2, "--comment")):
            told = self.klaxon(running, "add", *words)
            self.assertEqual(told[0], code, told)
            self.assertIn(complaint, told[2])
        self.assertEqual(self.ask(running, "GET", "api/v2/silences", OPERATOR), (200, []))

    def test_a_silence_outlives_a_kill_and_is_shown_until_it_is_expired(self):
        running = self.start()
        self.assertEqual(self.hook()["alerts"][0]["labels"]["alertname"], "Stuck")
        code, out, err = self.klaxon(running, "add", "Stuck", "topic=~ord.*", "--comment", "we <know>",
                                     "--duration", "2h")
        self.assertEqual(code, 0, err)
        silence = out.strip()
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        self.rule("Stuck", "Other")
        running = self.start()
        self.assertEqual(self.hook()["alerts"][0]["labels"]["alertname"], "Other")

        page = self.ask(running, "GET", "", "viewer:viewer-pw")[1]
        self.assertIn("silenced", page)
        self.assertIn("by operator: we &lt;know&gt;", page)
        self.assertIn(silence, page)
        alerts = self.ask(running, "GET", "api/v1/alerts", "viewer:viewer-pw")[1]["data"]["alerts"]
        self.assertEqual({each["labels"]["alertname"]: each.get("silencedBy") for each in alerts},
                         {"Stuck": [silence], "Other": None})
        alerts = self.valid("gettableAlerts", self.ask(running, "GET", "api/v2/alerts", OPERATOR)[1])
        self.assertEqual({each["labels"]["alertname"]: each["status"] for each in alerts}, {
            "Stuck": {"state": "suppressed", "silencedBy": [silence], "inhibitedBy": [], "mutedBy": []},
            "Other": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}})
        self.valid("gettableSilences", self.ask(running, "GET", "api/v2/silences", OPERATOR)[1])
        self.valid("gettableSilence", self.ask(running, "GET", "api/v2/silence/" + silence, OPERATOR)[1])
        self.valid("alertmanagerStatus", self.ask(running, "GET", "api/v2/status", OPERATOR)[1])
        self.valid("alertGroups", self.ask(running, "GET", "api/v2/alerts/groups", OPERATOR)[1])

        self.assertIn("topic=~\"ord.*\"", self.klaxon(running, "list")[1])
        self.assertNotIn(silence, self.klaxon(running, "list", "topic=x")[1])
        self.assertIn(silence, self.klaxon(running, "list", "topic=~ord.+", "--json")[1])
        self.assertEqual(self.klaxon(running, "expire", silence)[0], 0)
        self.assertEqual(self.klaxon(running, "expire", silence)[0], 0)  # it is over already
        self.assertNotIn(silence, self.klaxon(running, "list")[1])
        self.assertRegex(self.klaxon(running, "list", "--expired")[1], silence + " +expired")
        self.assertNotIn("silenced", self.ask(running, "GET", "", "viewer:viewer-pw")[1])

    def test_amtool_works_with_klaxon(self):
        running = self.start()
        self.hook()
        silence = self.amtool(running, "silence", "add", "Stuck", "topic!=x", "--comment=by amtool",
                              "--author=amy", "--duration=3h").strip()
        listed = self.ask(running, "GET", "api/v2/silence/" + silence, OPERATOR)[1]
        self.assertEqual(listed["createdBy"], "amy (logged in as operator)")
        self.assertEqual(listed["status"]["state"], "active")
        self.assertIn(silence, self.amtool(running, "silence", "query", "alertname=Stuck"))
        self.assertNotIn(silence, self.amtool(running, "silence", "query", "alertname=Other"))
        self.assertIn("Stuck", self.amtool(running, "alert", "query", "--silenced"))
        self.assertNotIn("Stuck", self.amtool(running, "alert", "query"))
        self.amtool(running, "silence", "update", "--duration=5h", "--comment=longer", silence)
        listed = self.ask(running, "GET", "api/v2/silence/" + silence, OPERATOR)[1]
        self.assertEqual((listed["comment"], listed["createdBy"]), ("longer", "amy (logged in as operator)"))
        self.amtool(running, "silence", "expire", silence)
        self.assertIn("Stuck", self.amtool(running, "alert", "query"))
        self.assertIn(silence, self.amtool(running, "silence", "query", "--expired"))
        self.amtool(running, "config", "show")

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
        # Writes fail with EFBIG where the limit is; without the trap a signal would end the process.
        self.write("klaxon.sh", f"#!/bin/sh\ntrap '' XFSZ\nexec '{process_test.KLAXON}' \"$@\"\n")
        os.chmod(self.path("klaxon.sh"), 0o700)
        klaxon, process_test.KLAXON = process_test.KLAXON, self.path("klaxon.sh")
        try:
            running = self.start()
        finally:
            process_test.KLAXON = klaxon
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
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        wait_for("the disk", lambda: self.durable(running))
        self.assertEqual(self.klaxon(running, "add", "Stuck", "--comment", "x")[0], 0)

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
    process_test.KLAXON = sys.argv[1]
    amtool()
    openapi()
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
