#!/usr/bin/env python3
"""The same expressions on the same series in Klaxon and in Debian's Prometheus, in turns: prints a table of the times.

    beside_prometheus.py BUILD [--rounds N] [--write DOCUMENT]

What counts is the evaluation alone: in Klaxon from the parsed expression to its result, in Prometheus `evalTotalTime` of its own
statistics. Neither parsing nor HTTP nor JSON is in it.
"""

import argparse
import contextlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path[:0] = [os.path.join(ROOT, "tests", "stack", "support"), os.path.join(ROOT, "tests", "bench", "agent")]

import agent_bench  # noqa: E402
import promtool  # noqa: E402

LAG = "kafka_consumergroup_lag"
OFFSET = "kafka_topic_partition_current_offset"
UNDER = "kafka_topic_partition_under_replicated_partition"
EXPRESSIONS = [
    LAG,
    f"sum({LAG})",
    f"sum by (consumergroup) ({LAG})",
    f"sum without (partition) ({LAG})",
    f"{LAG} > 970",
    f"topk(10, {LAG})",
    f"count by (topic) ({LAG})",
    f"quantile by (consumergroup) (0.9, {LAG})",
    f'{LAG}{{topic=~"payments.*1"}}',
    f'sum by (topic) ({LAG}{{consumergroup="billing-service-00042"}})',
    f"rate({OFFSET}[5m])",
    f"sum by (topic) (rate({OFFSET}[5m]))",
    f"changes({OFFSET}[10m]) == 0",
    f"max_over_time({OFFSET}[5m]) - min_over_time({OFFSET}[5m])",
    f"deriv({OFFSET}[5m])",
    f"{LAG} / on (topic, partition) group_left () {OFFSET}",
    f"sum by (topic) ({LAG}) > 1000 and on (topic) sum by (topic) (rate({OFFSET}[5m])) < 1",
    f"max_over_time(sum by (topic) (rate({OFFSET}[2m]))[5m:1m])",
    f'label_replace(sum by (topic) ({LAG}), "number", "$1", "topic", ".*-(.*)")',
    f"count by (cluster) ({UNDER} == 1) > 0 or absent({UNDER})",
]


class Case:
    """As much of a stack scenario as promtool.Tools wants."""

    def __init__(self, folder, ends):
        self.folder = folder
        self.stack = self
        self._ends = ends

    def at_exit(self, end):
        self._ends.callback(end)

    @staticmethod
    def run(*arguments):
        subprocess.run([os.path.join(ROOT, "tests", "stack", "stack"), *arguments], check=True)


class Klaxon:
    def __init__(self, program, samples, start, ends):
        self._process = subprocess.Popen([program, samples, str(start)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ends.callback(self._process.wait)
        ends.callback(self._process.kill)
        self.ask_at = int(self._process.stdout.readline())

    def ask(self, expression):
        self._process.stdin.write(expression + "\n")
        self._process.stdin.flush()
        took, series, total = self._process.stdout.readline().split()
        return float(took), int(series), float(total)


def ask_prometheus(prometheus, expression, at):
    query = urllib.parse.urlencode({"query": expression, "time": f"{at / 1000:.3f}", "stats": "true"})
    with urllib.request.urlopen(f"{prometheus.url}/api/v1/query?{query}", timeout=120) as answer:
        data = json.load(answer)["data"]
    values = [float(row["value"][1]) for row in data["result"]]
    return data["stats"]["timings"]["evalTotalTime"] * 1000, len(values), sum(value for value in values if math.isfinite(value))


def compare(options):
    rows, worst = [], 0
    with contextlib.ExitStack() as ends:
        folder = ends.enter_context(tempfile.TemporaryDirectory())
        samples = os.path.join(folder, "samples.txt")
        start = int(time.time()) // 7200 * 7200 - 6 * 3600
        klaxon = Klaxon(os.path.join(options.bin, "tests", "bench", "promql", "query_timer"), samples, start, ends)
        prometheus = promtool.Tools(Case(folder, ends)).start_prometheus_with(samples)
        for expression in EXPRESSIONS:
            ours, theirs = [], []
            for number in range(options.rounds + 1):
                took, series, total = klaxon.ask(expression)
                their_took, their_series, their_total = ask_prometheus(prometheus, expression, klaxon.ask_at)
                if series != their_series or not math.isclose(total, their_total, rel_tol=1e-9, abs_tol=1e-9):
                    raise SystemExit(f"{expression}: Klaxon gives {series} series, {total} in all; Prometheus {their_series}, {their_total}")
                if number > 0:  # the first warms both up
                    ours.append(took)
                    theirs.append(their_took)
            ratio = statistics.median(ours) / statistics.median(theirs)
            worst = max(worst, ratio)
            print(f"{ratio:.2f}  {expression}", file=sys.stderr, flush=True)
            rows.append([f"`{expression}`", f"{series:,}", f"{statistics.median(ours):.1f} ms", f"{statistics.median(theirs):.1f} ms", f"{ratio:.2f}"])
    load = os.getloadavg()[0]
    return (f"Medians of {options.rounds} rounds in turns, {os.cpu_count()} cores, load {load:.1f}. Klaxon's time is at most {worst:.2f} of Prometheus'.\n\n"
            + agent_bench.table(["expression", "series given", "Klaxon", "Prometheus", "ratio"], [[cell.replace("|", "\\|") for cell in row] for row in rows]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", help="build folder, e.g. build/release")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", help="a document to put the table into, between its marks")
    options = parser.parse_args()
    text = compare(options)
    print(text)
    if options.write:
        agent_bench.write(options.write, "prometheus", text)


main()
