#!/usr/bin/env python3
"""What a whole agent costs, measured from outside.

Starts the simulator and `klaxon run` as two processes, so that the agent's CPU and memory are its
own, and reads the figures off its /metrics and /proc. Prints a Markdown table; nothing is asserted.

    agent_bench.py BIN_DIR [--size S|M|L|XL] [--brokers N] [--polls N] [--write docs/performance.md]
"""

import argparse
import gzip
import http.client
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

# topics, partitions a topic, groups, partitions a group
SIZES = {
    "S": (200, 10, 50, 20),
    "M": (500, 10, 500, 20),
    "L": (1000, 10, 1000, 100),
    "XL": (2000, 10, 10000, 100),
}
PATIENCE = 120  # seconds until something that is waited for counts as broken


def wait_for(what, condition):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    sys.exit(f"agent_bench: {what} did not come within {PATIENCE} s")


class Agent:
    """A running klaxon and what can be seen of it."""

    def __init__(self, program, bootstrap, interval):
        self.started = time.monotonic()
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [program, "run", "--bootstrap", bootstrap, "--listen", "127.0.0.1:0",
             "--interval", f"{interval}s", "--log-level", "warning"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        line = self.process.stdout.readline()
        found = re.search(r"http://([^/\s]+)", line)
        if not found:
            sys.exit(f"agent_bench: klaxon said {line!r}")
        self.address = urllib.parse.urlsplit("http://" + found.group(1)).netloc

    def get(self, path, encoding="identity"):
        """Status, body as it was sent, and seconds until its last byte."""
        begin = time.perf_counter()
        connection = http.client.HTTPConnection(self.address, timeout=PATIENCE)
        connection.request("GET", path, headers={"Accept-Encoding": encoding})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return answer.status, body, time.perf_counter() - begin

    def metrics(self):
        """Samples by their whole name with labels, groups left out: they are many."""
        body = gzip.decompress(self.get("/metrics", "gzip")[1]).decode()
        samples = {}
        for line in body.splitlines():
            if line.startswith(("klaxon_", "process_")):
                name, value = line.rsplit(" ", 1)
                samples[name] = float(value)
        return samples

    def rss(self, field="VmRSS"):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(field + r":\s+(\d+)", status.read()).group(1)) / 1024

    def stop(self):
        begin = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=30)
        return code, time.monotonic() - begin


def total(samples, prefix):
    return sum(value for name, value in samples.items() if name.startswith(prefix))


def requests_by_api(samples):
    found = {}
    for name, value in samples.items():
        api = re.search(r'klaxon_kafka_requests_total\{.*api="(\w+)",outcome="answered"', name)
        if api:
            found[api.group(1)] = value
    return found


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def scrapes(agent, encoding, count):
    times, size = [], 0
    for _ in range(count):
        status, body, seconds = agent.get("/metrics", encoding)
        if status != 200:
            sys.exit(f"agent_bench: /metrics answered {status}")
        times.append(seconds)
        size = len(body)
    return times, size


def measure(options, bootstrap):
    program = os.path.join(options.bin, "agent/app/klaxon")
    agent = Agent(program, bootstrap, options.interval)
    try:
        wait_for("the first full page", lambda: b"\nkafka_consumergroup_lag{" in
                 gzip.decompress(agent.get("/metrics", "gzip")[1]))
        first_page = time.monotonic() - agent.started
        polls = "klaxon_collector_polls_total"
        wait_for("the third poll", lambda: total(agent.metrics(), polls) >= 3)

        before, cpu_before = agent.metrics(), time.monotonic()
        count = total(before, polls)
        durations, renders = [], []
        while total(before, polls) + options.polls > count:
            now = wait_for("the next poll", lambda: (
                lambda m: m if total(m, polls) > count else None)(quiet(agent)))
            count = total(now, polls)
            durations.append(total(now, "klaxon_collector_poll_duration_seconds"))
            renders.append(total(now, 'klaxon_page_render_duration_seconds{fragment="kafka"'))
        after = now
        done = total(after, polls) - total(before, polls)
        cpu = (after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]) / done
        requests = {api: (n - requests_by_api(before).get(api, 0)) / done
                    for api, n in requests_by_api(after).items()}
        zipped, zipped_size = scrapes(agent, "gzip", 200)
        plain, plain_size = scrapes(agent, "identity", 30)
        rss, peak = agent.rss(), agent.rss("VmHWM")
        code, stop = agent.stop()
    finally:
        if agent.process.poll() is None:
            agent.process.kill()
    return [
        ("start to first full page", f"{first_page:.2f} s", "< 2 s"),
        ("one full poll, wall, median", f"{quantile(durations, .5) * 1000:.0f} ms", "< 400 ms with the page"),
        ("its page, wall, median", f"{quantile(renders, .5) * 1000:.0f} ms", "in the line above"),
        ("CPU a poll, page included", f"{cpu * 1000:.0f} ms", "< 400 ms"),
        ("requests a poll", ", ".join(f"{api} {n:g}" for api, n in sorted(requests.items()) if n > 0)
         + f"; in all {sum(requests.values()):g}", "<= 12 on one broker"),
        ("/metrics with gzip, p50 / p99", f"{quantile(zipped, .5) * 1000:.1f} / {quantile(zipped, .99) * 1000:.1f} ms, "
         f"{zipped_size / 1e6:.2f} MB", "< 10 ms p99"),
        ("/metrics plain, p50 / p99", f"{quantile(plain, .5) * 1000:.0f} / {quantile(plain, .99) * 1000:.0f} ms, "
         f"{plain_size / 1e6:.1f} MB", "< 60 ms"),
        ("RSS / peak", f"{rss:.0f} / {peak:.0f} MiB", "< 100 MB"),
        ("SIGTERM to exit", f"{stop:.2f} s, exit {code}", "< 3 s, exit 0"),
    ]


def quiet(agent):
    """Metrics now, without asking so often that the asking is what is measured."""
    time.sleep(1)
    return agent.metrics()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", help="build folder, e.g. build/release")
    parser.add_argument("--size", choices=SIZES, default="L")
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("--polls", type=int, default=10, help="to average over")
    parser.add_argument("--write", help="a document to put the table into, between its marks")
    parser.add_argument("--interval", type=int, default=3, help="seconds between polls")
    options = parser.parse_args()
    topics, partitions, groups, per_group = SIZES[options.size]
    with tempfile.TemporaryDirectory() as folder:
        ports = os.path.join(folder, "ports")
        simulator = subprocess.Popen(
            [os.path.join(options.bin, "agent/simulator/klaxon-simulator"),
             "--brokers", str(options.brokers), "--topics", str(topics),
             "--partitions", str(partitions), "--groups", str(groups),
             "--partitions-per-group", str(per_group), "--hide-offsets-topic",
             "--port-file", ports], stdout=subprocess.DEVNULL)
        try:
            bootstrap = wait_for("the simulator", lambda: os.path.exists(ports) and open(
                ports, encoding="ascii").read().strip())
            rows = measure(options, bootstrap)
        finally:
            simulator.terminate()
            simulator.wait()
    text = report(options, rows)
    print(text)
    if options.write:
        write(options.write, text)


def report(options, rows):
    topics, partitions, groups, per_group = SIZES[options.size]
    lines = [f"Size {options.size}: {topics * partitions:,} partitions, {groups:,} groups, "
             f"{groups * per_group:,} group-partitions, {options.brokers} simulated broker(s), "
             f"{options.polls} polls, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.", "",
             "| what | measured | aim |", "|---|---|---|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def write(path, text):
    """Puts the report between the marks of a document."""
    with open(path, encoding="utf-8") as document:
        old = document.read()
    begin, end = "<!-- measured -->\n", "\n<!-- end -->"
    head, rest = old.split(begin)
    with open(path, "w", encoding="utf-8") as document:
        document.write(head + begin + text + end + rest.split(end, 1)[1])


if __name__ == "__main__":
    main()
