"""Debian's own Prometheus and promtool, and kafka_exporter's dashboard, on what klaxon exports."""

import json
import os

import _paths  # noqa: F401
import promtool
from checks import cluster_label
from scenario import Skipped, check, main, note, wait_until


def dashboard():
    """kafka_exporter's dashboard out of the conformance data."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    folder = os.environ.get("KLAXON_CONFORMANCE") or os.path.join(root, "..", "shared", "conformance")
    path = os.path.join(folder, "dashboards", "kafka_exporter_overview.json")
    if not os.path.exists(path):
        raise Skipped(f"the conformance data is not there ({path}; KLAXON_CONFORMANCE names its folder)")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def expressions(node):
    """Every query of a dashboard, wherever it is nested."""
    if isinstance(node, dict):
        if isinstance(node.get("expr"), str):
            yield node["expr"]
        for child in node.values():
            yield from expressions(child)
    elif isinstance(node, list):
        for child in node:
            yield from expressions(child)


def run(case):
    board = dashboard()
    tools = promtool.Tools(case)
    case.stack.run("up", "kafka")
    bootstrap = case.stack.bootstrap("kafka")
    case.load("kafka", topics=3, partitions=20, groups=10, new_protocol="true")
    case.traffic("kafka", topics="load-000", rate=50, group="traffic")
    agent = case.klaxon("--bootstrap", bootstrap, "--interval", "1s")
    cluster_label(agent)

    complaints = tools.check_metrics(agent.get("/metrics")[1])
    inherited = ("kafka_consumergroup_current_offset_sum", "kafka_consumergroup_lag_sum")
    for line in complaints:
        note(f"promtool: {line}")
    check(all(line.startswith(inherited) for line in complaints), "promtool has nothing to say but of the two inherited _sum gauges")

    target = agent.url.removeprefix("http://")
    prometheus = tools.start_prometheus(target)
    wait_until("Prometheus scrapes klaxon", 60, lambda: bool(prometheus.query(f'up{{instance="{target}"}} == 1')))
    check(True, "Prometheus scrapes klaxon")
    queries = sorted(set(expressions(board)))
    check(len(queries) >= 5, f"the dashboard has {len(queries)} queries")
    for query in queries:
        filled = query.replace("$instance", target).replace("$topic", ".*")
        wait_until(f"a result of {query}", 60, lambda filled=filled: bool(prometheus.query(filled)))
        check(True, f"not empty: {query.strip()}")
    topics = prometheus.label_values("topic", f'kafka_topic_partition_current_offset{{instance="{target}",topic!="__consumer_offsets"}}')
    check("load-000" in topics, f"the dashboard's list of topics is filled: {topics}")
    agent.terminate()


main(run)
