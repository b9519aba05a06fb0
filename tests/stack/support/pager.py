"""Who is paged: a webhook that keeps what it hears, an agent's configuration that tells it, and what the agent itself says of its alerts."""

import http.server
import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))
DEFAULT_RULES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(HERE))), "dashboards", "prometheus", "klaxon-rules.yaml")
# Minutes become seconds, so that an hour of incidents passes in a minute; but the hours that some rules look back to stay.
SHORTER = ["s/^( *for:) ([0-9]+)m$/\\1 \\2s/", "s/\\[([0-9]+)m\\]/[\\1s]/g", "s/offset 5m/offset 5s/g"]
CONFIG = """\
listen: "127.0.0.1:0"
history: {{interval: {pace}}}
state: {{directory: "{folder}/state"}}
alerts: {{rule_files: [{rules}], evaluation_interval: {pace}}}
notify:
  route: {{receiver: pager, group_by: ["..."], group_wait: 0s, group_interval: 1s}}
  receivers:
  - {{name: pager, webhook_configs: [{{url: "{url}"}}]}}
clusters:
- name: main
  kafka: {{bootstrap.servers: "{bootstrap}", interval: {interval:g}s}}
"""


@dataclass
class News:
    """One alert in one message. With group_by: ["..."] a message has one alert."""

    at: float  # time.time() of its arrival
    status: str
    labels: dict
    annotations: dict
    starts_at: str
    ends_at: str

    @property
    def name(self):
        return self.labels["alertname"]

    def __str__(self):
        others = ", ".join(f"{name}={value}" for name, value in sorted(self.labels.items()) if name not in ("alertname", "cluster", "severity"))
        return f"{time.strftime('%H:%M:%S', time.localtime(self.at))} {self.status:8} {self.name}{{{others}}}: {self.annotations.get('summary', '')}"


class Heard:
    """What a webhook heard. Threads may share it."""

    def __init__(self):
        self._news = []
        self._lock = threading.Lock()

    def take(self, body):
        """A message in the form of Alertmanager's webhooks, version 4."""
        now = time.time()
        with self._lock:
            for alert in body["alerts"]:
                self._news.append(News(now, alert["status"], alert["labels"], alert["annotations"], alert["startsAt"], alert["endsAt"]))

    def news(self, name=None, **labels):
        """What came so far, in order: of one alert by name and some of its labels, or all."""
        wanted = labels.items()
        with self._lock:
            return [each for each in self._news if (name is None or each.name == name) and wanted <= each.labels.items()]

    def firing(self):
        """The alerts that were told to fire and not to be over: (name, labels)."""
        last = {tuple(sorted(each.labels.items())): each for each in self.news()}
        return [(each.name, each.labels) for each in last.values() if each.status == "firing"]

    def faults(self):
        """What no pager may hear: an alert twice without a change between, or the end of what never began."""
        last, found = {}, []
        for each in self.news():
            key = tuple(sorted(each.labels.items()))
            if last.get(key, "resolved") == each.status:
                found.append(f"{each}, as it was told before" if key in last else f"{each}, though it was never told to fire")
            last[key] = each.status
        return found


class Pager(Heard):
    """A webhook receiver on a free port; takes everything."""

    def __init__(self, case):
        super().__init__()
        heard = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                heard.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/pages"
        self._thread = threading.Thread(target=self._server.serve_forever, name="pager")
        self._thread.start()
        case.at_exit(self._stop)

    def _stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def shorter_rules(case):
    """Writes the default rules, made shorter by sed, and returns their path."""
    path = os.path.join(case.folder, "rules.yaml")
    with open(path, "w", encoding="utf-8") as file:
        edits = [part for edit in SHORTER for part in ("-e", edit)]
        subprocess.run(["sed", "-E", *edits, DEFAULT_RULES], stdout=file, check=True, timeout=10)
    return path


def configure(case, pager, bootstrap, interval, rules, pace="1s", own_rules=""):
    """Writes an agent's configuration with the file `rules` and rules of the scenario's own. `pace`: of sampling and evaluation. Returns its path."""
    files = [rules]
    if own_rules:
        files.append(os.path.join(case.folder, "own.yaml"))
        with open(files[1], "w", encoding="utf-8") as file:
            file.write(own_rules)
    subprocess.run(["rm", "-rf", os.path.join(case.folder, "state")], check=True, timeout=10)  # of a run before: it would be remembered
    path = os.path.join(case.folder, "klaxon.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(folder=case.folder, rules=", ".join(f'"{each}"' for each in files), url=pager.url, bootstrap=bootstrap, interval=interval, pace=pace))
    return path


def alerts(agent, **labels):
    """The agent's own words about its alerts with these labels, as /api/v1/alerts tells them."""
    rows = json.loads(agent.get("/api/v1/alerts")[1])["data"]["alerts"]
    return [row for row in rows if labels.items() <= row["labels"].items()]


def committed_lag(case, bootstrap, group, topic):
    """What kafka-consumer-groups.sh says of a group's lag in a topic."""
    text = case.kafka_tool("groups", bootstrap, "--describe", "--group", group)
    rows = [line.split() for line in text.splitlines() if line.split()[:2] == [group, topic]]
    return sum(int(row[5]) for row in rows)
