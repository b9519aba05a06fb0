"""What the tests of alerts share that run the program as a process.

What is sent and answered is held against Alertmanager's openapi.yaml (KLAXON_CONFORMANCE, or
../shared/conformance).
"""

import datetime
import http.server
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

import jsonschema
import yaml

import program
from program import PATIENCE, Running

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# "viewer-pw" and "operator-pw", of cost 4.
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


class Scene(unittest.TestCase):
    """A klaxon whose rules fire, with a webhook, users and a state directory."""

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
        headers = {} if data is None else {"Content-Type": content}
        status, text = running.ask(path, login, data, method, headers)
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def klaxon(self, running, *words, user="operator", password="operator-pw"):
        told = subprocess.run(
            [program.KLAXON, "silence", *words, "--url", running.url, "--user", user],
            capture_output=True, text=True, timeout=PATIENCE, check=False,
            env={**os.environ, "KLAXON_PASSWORD": password})
        return told.returncode, told.stdout, told.stderr

    def valid(self, definition, document):
        api = openapi()
        jsonschema.Draft4Validator(
            {"$ref": f"#/definitions/{definition}"}, format_checker=FORMATS,
            resolver=jsonschema.RefResolver.from_schema(api)).validate(document)
        return document

    def hook(self):
        """The next message of the webhook."""
        while True:
            path, body = self.receiver.next()
            if path == "/hook":
                return body


def main():
    """Runs the tests of the script that was started: SCRIPT KLAXON [unittest's arguments]. 77: a judge is missing."""
    program.KLAXON = sys.argv[1]
    openapi()
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
