#!/usr/bin/env python3
"""What a whole agent costs, measured from outside.

Starts the simulator and `klaxon run` as two processes, so that the agent's CPU and memory are its
own, and reads the figures off its /metrics and /proc. Prints a Markdown table; nothing is asserted.

    agent_bench.py BIN_DIR [--size S|M|L|XL] [--growth | --security] [--brokers N] [--polls N]
                   [--write docs/performance.md]
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

    def __init__(self, program, bootstrap, interval, arguments=()):
        self.started = time.monotonic()
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [program, "run", "--bootstrap", bootstrap, "--listen", "127.0.0.1:0",
             "--interval", f"{interval}s", "--log-level", "warning", *arguments],
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


def measure(options, bootstrap, arguments=()):
    """The figures of one agent: seconds, bytes, MiB, and requests a poll by API."""
    program = os.path.join(options.bin, "agent/app/klaxon")
    agent = Agent(program, bootstrap, options.interval, arguments)
    figures = {}
    try:
        wait_for("the first full page", lambda: b"\nkafka_consumergroup_lag{" in
                 gzip.decompress(agent.get("/metrics", "gzip")[1]))
        figures["first_page"] = time.monotonic() - agent.started
        polls = "klaxon_collector_polls_total"
        wait_for("the third poll", lambda: total(agent.metrics(), polls) >= 3)

        before = agent.metrics()
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
        figures["poll"], figures["page"] = quantile(durations, .5), quantile(renders, .5)
        figures["cpu"] = (after["process_cpu_seconds_total"] - before["process_cpu_seconds_total"]) / done
        figures["requests"] = {api: (n - requests_by_api(before).get(api, 0)) / done
                               for api, n in requests_by_api(after).items()}
        figures["zipped"], figures["zipped_size"] = scrapes(agent, "gzip", 200)
        figures["plain"], figures["plain_size"] = scrapes(agent, "identity", 30)
        figures["rss"], figures["peak"] = agent.rss(), agent.rss("VmHWM")
        figures["exit"], figures["stop"] = agent.stop()
    finally:
        if agent.process.poll() is None:
            agent.process.kill()
    return figures


def rows_of(figures):
    """What is asked of size L, beside its aim."""
    zipped, plain, requests = figures["zipped"], figures["plain"], figures["requests"]
    return [
        ("start to first full page", f"{figures['first_page']:.2f} s", "< 2 s"),
        ("one full poll, wall, median", f"{figures['poll'] * 1000:.0f} ms", "< 400 ms with the page"),
        ("its page, wall, median", f"{figures['page'] * 1000:.0f} ms", "in the line above"),
        ("CPU a poll, page included", f"{figures['cpu'] * 1000:.0f} ms", "< 400 ms"),
        ("requests a poll", ", ".join(f"{api} {n:g}" for api, n in sorted(requests.items()) if n > 0)
         + f"; in all {sum(requests.values()):g}", "<= 12 on one broker"),
        ("/metrics with gzip, p50 / p99", f"{quantile(zipped, .5) * 1000:.1f} / {quantile(zipped, .99) * 1000:.1f} ms, "
         f"{figures['zipped_size'] / 1e6:.2f} MB", "< 10 ms p99"),
        ("/metrics plain, p50 / p99", f"{quantile(plain, .5) * 1000:.0f} / {quantile(plain, .99) * 1000:.0f} ms, "
         f"{figures['plain_size'] / 1e6:.1f} MB", "< 60 ms"),
        ("RSS / peak", f"{figures['rss']:.0f} / {figures['peak']:.0f} MiB", "< 100 MB"),
        ("SIGTERM to exit", f"{figures['stop']:.2f} s, exit {figures['exit']}", "< 3 s, exit 0"),
    ]


def quiet(agent):
    """Metrics now, without asking so often that the asking is what is measured."""
    time.sleep(1)
    return agent.metrics()


class Security:
    """TLS with a certificate made now, and a login; what both sides are told of it."""

    def __init__(self, folder):
        both, trust, client = (os.path.join(folder, name) for name in
                               ("broker.pem", "ca.pem", "client.properties"))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout",
             both, "-out", trust, "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
            check=True, capture_output=True)
        with open(both, "a", encoding="ascii") as file, open(trust, encoding="ascii") as certificate:
            file.write(certificate.read())
        with open(client, "w", encoding="ascii") as file:
            file.write("security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nssl.truststore.type=PEM\n"
                       f"ssl.truststore.location={trust}\nsasl.jaas.config=org.apache.kafka.common."
                       "security.scram.ScramLoginModule required username=\"bench\" password=\"bench\";\n")
        self.simulator = ["--tls", both, "--user", "bench:bench"]
        self.klaxon = ["--command-config", client]


def against_simulator(options, size, secure=False):
    """The figures of an agent that watches a simulated cluster of a size."""
    topics, partitions, groups, per_group = SIZES[size]
    with tempfile.TemporaryDirectory() as folder:
        ports = os.path.join(folder, "ports")
        security = Security(folder) if secure else None
        simulator = subprocess.Popen(
            [os.path.join(options.bin, "agent/simulator/klaxon-simulator"),
             *(security.simulator if security else []),
             "--brokers", str(options.brokers), "--topics", str(topics),
             "--partitions", str(partitions), "--groups", str(groups),
             "--partitions-per-group", str(per_group), "--hide-offsets-topic",
             "--port-file", ports], stdout=subprocess.DEVNULL)
        try:
            bootstrap = wait_for("the simulator", lambda: os.path.exists(ports) and open(
                ports, encoding="ascii").read().strip())
            return measure(options, bootstrap, security.klaxon if security else ())
        finally:
            simulator.terminate()
            simulator.wait()


def conditions(options):
    return (f"{options.brokers} simulated broker(s), {options.polls} polls, {os.cpu_count()} cores, "
            f"load {os.getloadavg()[0]:.1f}.")


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def report(options):
    """One size, beside its aims."""
    topics, partitions, groups, per_group = SIZES[options.size]
    rows = rows_of(against_simulator(options, options.size))
    return (f"Size {options.size}: {topics * partitions:,} partitions, {groups:,} groups, "
            f"{groups * per_group:,} group-partitions, {conditions(options)}\n\n"
            + table(["what", "measured", "aim"], rows))


def growth(options):
    """All sizes in one run: what grows faster than the cluster shows in the columns for one."""
    rows = []
    for size, (topics, partitions, groups, per_group) in SIZES.items():
        figures = against_simulator(options, size)
        pairs = groups * per_group
        rows.append([
            size, f"{topics * partitions:,}", f"{groups:,}", f"{pairs:,}",
            f"{figures['poll'] * 1000:.0f} ms", f"{figures['page'] * 1000:.0f} ms",
            f"{figures['cpu'] * 1000:.0f} ms", f"{figures['cpu'] * 1e6 / pairs:.2f} µs",
            f"{figures['rss']:.0f} MiB", f"{figures['rss'] * 1024 * 1024 / pairs:.0f} B",
            f"{sum(figures['requests'].values()):.0f}",
            f"{quantile(figures['zipped'], .99) * 1000:.1f} ms"])
    head = ["size", "partitions", "groups", "group-partitions", "poll", "page", "CPU a poll",
            "for one pair", "RSS", "for one pair", "requests", "/metrics p99"]
    return f"{conditions(options)[0].upper()}{conditions(options)[1:]}\n\n{table(head, rows)}"


def security(options):
    """The same size in plain text and with TLS and a login, in turns: the ratio is what counts."""
    rounds = [(against_simulator(options, options.size), against_simulator(options, options.size, True))
              for _ in range(3)]
    rows = []
    for what, key in (("one full poll, wall", "poll"), ("CPU a poll, page included", "cpu"),
                      ("start to first full page", "first_page")):
        plain, secure = (quantile([each[side][key] for each in rounds], .5) for side in (0, 1))
        rows.append([what, f"{plain * 1000:.0f} ms", f"{secure * 1000:.0f} ms", f"{secure / plain:.2f}"])
    return (f"Size {options.size}, medians of {len(rounds)} rounds, {conditions(options)}\n\n"
            + table(["what", "PLAINTEXT", "SASL_SSL (TLS 1.3, SCRAM)", "ratio"], rows))


def write(path, mark, text):
    """Puts the text between its marks of a document."""
    with open(path, encoding="utf-8") as document:
        old = document.read()
    begin, end = f"<!-- {mark} -->\n", "\n<!-- end -->"
    head, rest = old.split(begin)
    with open(path, "w", encoding="utf-8") as document:
        document.write(head + begin + text + end + rest.split(end, 1)[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", help="build folder, e.g. build/release")
    parser.add_argument("--size", choices=SIZES, default="L")
    parser.add_argument("--growth", action="store_true", help="all sizes instead of one")
    parser.add_argument("--security", action="store_true", help="with TLS and a login beside without")
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("--polls", type=int, default=10, help="to average over")
    parser.add_argument("--write", help="a document to put the table into, between its marks")
    parser.add_argument("--interval", type=int, default=3, help="seconds between polls")
    options = parser.parse_args()
    mark, make = (("growth", growth) if options.growth else ("security", security) if options.security
                  else ("measured", report))
    text = make(options)
    print(text)
    if options.write:
        write(options.write, mark, text)


if __name__ == "__main__":
    main()
