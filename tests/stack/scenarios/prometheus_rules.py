"""Klaxon's engine beside Debian's Prometheus on identical samples: each expression of the default rules and of the rule files under
conformance gives the same vector at 50 times."""

import glob
import json
import math
import os
import subprocess
import time

import _paths  # noqa: F401
import promtool
from scenario import Failed, Skipped, check, main, note

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
GRID = "the steps of a subquery lie on the grid of the samples, where 2.42 still counts a sample that is exactly as old as the window"
START = "where a counter begins within the window 2.42 extrapolates up to a whole interval towards 0, 3 up to half of one"
# The expressions that may differ between Prometheus 2.42 and 3, whose rules Klaxon follows, with the reason.
MAY_DIFFER = {
    "avg_over_time(rate(haproxykafka_socket_dropped_messages_total[5m])[15m:1m]) > 500": GRID,
    "count_over_time(up[5m:])": GRID,
    **{
        f'rate(express_router_request_duration_seconds_count{{service="{service}",status=~"5.."}}[5m]) > 1': START
        for service in ("eventgate-analytics", "eventgate-analytics-external", "eventgate-logging-external", "eventgate-main")
    },
}


def test_files():
    folder = os.environ.get("KLAXON_CONFORMANCE") or os.path.join(ROOT, "..", "shared", "conformance")
    if not os.path.isdir(folder):
        raise Skipped(f"the conformance data is not there ({folder}; KLAXON_CONFORMANCE names its folder)")
    files = glob.glob(os.path.join(folder, "rule-tests", "**", "*.y*ml"), recursive=True) + glob.glob(os.path.join(folder, "promtool", "*.y*ml"))
    return [os.path.join(ROOT, "dashboards", "prometheus", "klaxon-rules_test.yaml"), *sorted(files)]


def as_table(rows):
    return {json.dumps(labels, sort_keys=True): float(value) for labels, value in rows}


def same(ours, theirs):
    if ours.keys() != theirs.keys():
        return False
    return all(math.isclose(ours[key], theirs[key], rel_tol=1e-12, abs_tol=1e-300) or (math.isnan(ours[key]) and math.isnan(theirs[key])) for key in ours)


def ask(prometheus, expression, at):
    """What Prometheus gives, or None where it refuses."""
    try:
        data = prometheus.evaluate(expression, at / 1000)
    except Failed:
        return None
    if data["resultType"] == "scalar":
        return as_table([({}, data["result"][1])])
    return as_table([(row["metric"], row["value"][1]) for row in data["result"]])


def run(case):
    program = os.environ.get("KLAXON_EVALUATE_RULES", "")
    if not os.access(program, os.X_OK):
        raise Skipped(f"KLAXON_EVALUATE_RULES names no program ('{program}')")
    tools = promtool.Tools(case)
    text = os.path.join(case.folder, "samples.txt")
    start = int(time.time()) // 7200 * 7200 - 6 * 3600
    done = subprocess.run([program, text, str(start), *test_files()], capture_output=True, text=True, timeout=120, check=True)
    prometheus = tools.start_prometheus_with(text)
    compared, giving, expressions, different = 0, 0, set(), {}
    for line in done.stdout.splitlines():
        at, answer, expression = line.split("\t")
        expression = json.loads(expression)
        expressions.add(expression)
        theirs = ask(prometheus, expression, int(at))
        ours = None if answer == "error" else as_table(json.loads(answer))
        compared += 1
        giving += bool(ours)
        equal = (ours is None) == (theirs is None) and (ours is None or same(ours, theirs))
        if not equal:
            different.setdefault(expression, (at, ours, theirs))
    for expression, (at, ours, theirs) in different.items():
        note(f"{expression} at {at}: {MAY_DIFFER.get(expression) or f'Klaxon {ours}, Prometheus {theirs}'}")
    check(len(expressions) > 55 and giving > 500, f"{len(expressions)} expressions at 50 times: {compared} evaluations, {giving} of them with a result")
    unexpected = sorted(set(different) - set(MAY_DIFFER))
    check(not unexpected, f"they are the same but for {len(different)} expressions that are known to differ {unexpected}")


main(run)
