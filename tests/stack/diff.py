#!/usr/bin/env python3
"""Compares Klaxon's /metrics with what Kafka's own admin client says about the same cluster.

    diff.py URL --bootstrap HOST:PORT,... [--cluster NAME] [--within SECONDS]
    diff.py URL --truth FILE              [--cluster NAME]

Prints one line for every series that is missing, extra or different, and exits 1; prints "no differences" and exits 0
when there are none. A page is always a little older than the cluster, so with --within the comparison is repeated until
the two agree or the time is over.
"""

import argparse
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "support"))

import expected  # noqa: E402
import metrics_page  # noqa: E402


def read_truth(bootstrap):
    run = subprocess.run([os.path.join(HERE, "kt"), "truth", "--bootstrap", bootstrap], capture_output=True, text=True, timeout=60)
    if run.returncode != 0:
        raise RuntimeError(f"kt truth failed: {run.stderr.strip()[-500:]}")
    return json.loads(run.stdout)


def _show(name, key):
    return name + "{" + ",".join(f"{label}={value!r}" for label, value in sorted(key)) + "}"


def _present(page, name, cluster):
    """The series of one family and cluster. Of an enumeration only the state that holds counts."""
    rows = {key: value for key, value in page.samples.get(name, {}).items() if ("cluster", cluster) in key}
    if name == "kafka_consumergroup_state":
        rows = {key: value for key, value in rows.items() if value != 0}
    return rows


def differences(page, truth, cluster, families=expected.FAMILIES):
    """One line for each difference in these families; empty when page and truth agree."""
    lines = []
    right = expected.expected_series(truth, cluster)
    for name in families:
        wanted = right[name]
        found = _present(page, name, cluster)
        for key in sorted(wanted.keys() | found.keys(), key=sorted):
            if key not in found:
                lines.append(f"missing   {_show(name, key)} should be {wanted[key]:g}")
            elif key not in wanted:
                lines.append(f"extra     {_show(name, key)} is {found[key]:g}")
            elif wanted[key] != found[key]:
                lines.append(f"different {_show(name, key)} is {found[key]:g}, should be {wanted[key]:g}")
    return lines


def compared(truth, cluster):
    """How many series a comparison covers, so that an empty diff can be told from an empty cluster."""
    return {name: len(rows) for name, rows in expected.expected_series(truth, cluster).items()}


def main():
    parser = argparse.ArgumentParser(description="compare /metrics with Kafka's own tools")
    parser.add_argument("url", help="for example http://127.0.0.1:9308/metrics")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--bootstrap", help="ask this cluster")
    source.add_argument("--truth", help="or take this file, written by 'kt truth'")
    parser.add_argument("--cluster", default="default", help="value of the cluster label")
    parser.add_argument("--within", type=float, default=0, help="seconds to wait for agreement")
    options = parser.parse_args()
    deadline = time.monotonic() + options.within
    while True:
        if options.truth:
            with open(options.truth, encoding="utf-8") as file:
                truth = json.load(file)
        else:
            truth = read_truth(options.bootstrap)
        lines = differences(metrics_page.fetch(options.url), truth, options.cluster)
        if not lines or time.monotonic() > deadline:
            break
        time.sleep(1)
    print("\n".join(lines) if lines else f"no differences in {sum(compared(truth, options.cluster).values())} series")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
