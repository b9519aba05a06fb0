"""Debian's promtool and prometheus, unpacked by `stack install prometheus`, or the installed ones."""

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request

from scenario import Failed, wait_until

CONFIGURATION = """\
global:
  scrape_interval: 1s
scrape_configs:
  - job_name: klaxon
    static_configs:
      - targets: ["{target}"]
"""


def _free_port():
    script = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib", "free_ports.py")
    return int(subprocess.run(["python3", script, "1"], capture_output=True, text=True, check=True).stdout)


class Prometheus:
    def __init__(self, url):
        self.url = url

    def _get(self, path, **parameters):
        url = f"{self.url}{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise Failed(f"Prometheus refuses {parameters}: {error.read().decode('utf-8', 'replace')}") from error

    def evaluate(self, expression, at):
        """The type and the result of an expression at a time, Unix seconds."""
        return self._get("/api/v1/query", query=expression, time=f"{at:.3f}")

    def query(self, expression):
        return self._get("/api/v1/query", query=expression)["result"]

    def label_values(self, label, selector):
        return self._get(f"/api/v1/label/{label}/values", **{"match[]": selector})

    def is_ready(self):
        try:
            with urllib.request.urlopen(self.url + "/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False


class Tools:
    def __init__(self, case):
        self._case = case
        self._folder = None
        self._started = 0
        if not (shutil.which("promtool") and shutil.which("prometheus")):
            case.stack.run("install", "prometheus")
            cache = os.environ.get("KLAXON_CACHE") or os.path.join(
                os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "klaxon"
            )
            self._folder = os.path.join(cache, "stack", "prometheus", "usr", "bin")

    def _program(self, name):
        return os.path.join(self._folder, name) if self._folder else shutil.which(name)

    def check_metrics(self, page):
        """The lines that `promtool check metrics` prints about a page."""
        done = subprocess.run([self._program("promtool"), "check", "metrics"], input=page, capture_output=True, text=True, timeout=60)
        lines = (done.stdout + done.stderr).splitlines()
        if done.returncode not in (0, 3):  # 3: there are lint problems
            raise Failed(f"promtool cannot read the page: {lines[:3]}")
        return lines

    def judge_rules(self, verb, file):
        """What `promtool check rules` or `promtool test rules` says of a file, and whether it is content."""
        done = subprocess.run([self._program("promtool"), verb, "rules", os.path.basename(file)], cwd=os.path.dirname(file), capture_output=True, text=True, timeout=60)
        return done.returncode == 0, (done.stdout + done.stderr).strip()

    def start_prometheus_with(self, samples):
        """A Prometheus that holds what an OpenMetrics file says, and scrapes nobody."""
        blocks = os.path.join(self._case.folder, "blocks")
        shutil.rmtree(blocks, ignore_errors=True)
        command = [self._program("promtool"), "tsdb", "create-blocks-from", "openmetrics", samples, blocks]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise Failed(f"promtool makes no blocks: {done.stderr.strip()[:400]}")
        return self.start_prometheus("127.0.0.1:1", blocks)

    def start_prometheus(self, target, data=None):
        """A Prometheus of this case that scrapes `target` every second; over the blocks in `data`, if given."""
        self._started += 1
        folder = os.path.join(self._case.folder, f"prometheus-{self._started}")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        configuration = os.path.join(folder, "prometheus.yml")
        with open(configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(target=target))
        address = f"127.0.0.1:{_free_port()}"
        command = [self._program("prometheus"), f"--config.file={configuration}", f"--web.listen-address={address}"]
        command.append(f"--storage.tsdb.path={data or os.path.join(folder, 'data')}")
        with open(os.path.join(folder, "prometheus.log"), "w", encoding="utf-8") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self._case.at_exit(process.wait)
        self._case.at_exit(process.kill)
        prometheus = Prometheus("http://" + address)
        wait_until("Prometheus is ready", 60, prometheus.is_ready)
        return prometheus
