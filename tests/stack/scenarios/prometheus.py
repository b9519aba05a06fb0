"""Debian's own Prometheus and promtool, and kafka_exporter's dashboard, on what klaxon exports: of Kafka, of the simulated estate of the
demo with Connect and a schema registry, and of a real ZooKeeper and a REST proxy. The query of docs/metrics.md runs on the demo."""

import json
import os
import re

import _paths  # noqa: F401
import promtool
from checks import cluster_label
from scenario import Skipped, check, main, note, wait_until
from small_rest_proxy import SmallRestProxy


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


INHERITED = ("kafka_consumergroup_current_offset_sum", "kafka_consumergroup_lag_sum")


def lint(tools, what, page):
    complaints = tools.check_metrics(page)
    for line in complaints:
        note(f"promtool: {line}")
    check(all(line.startswith(INHERITED) for line in complaints), f"{what}: promtool has nothing to say but of the two inherited _sum gauges")


def documented_query():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    with open(os.path.join(root, "docs", "metrics.md"), encoding="utf-8") as file:
        return re.search(r"```promql\n(.*?)```", file.read(), re.DOTALL)[1]


def lint_platforms(case, tools, bootstrap):
    """A page with every kind of section that the demo does not have."""
    case.stack.run("up", "zookeeper")
    proxy = SmallRestProxy("some-cluster", ["load-000"], [1])
    case.at_exit(proxy.close)
    described = case.stack.describe("zookeeper")
    config = os.path.join(case.folder, "platforms.yaml")
    with open(config, "w", encoding="utf-8") as file:
        file.write(
            f"clusters:\n- name: main\n  kafka: {{bootstrap.servers: '{bootstrap}', interval: 1s}}\n"
            f"  zookeeper: {{servers: '{described['servers']}', admin: '{described['nodes'][0]['admin']}', interval: 1s}}\n"
            f"  rest_proxy: [{{name: proxy, url: '{proxy.url}', interval: 1s}}]\n"
        )
    agent = case.klaxon("--config", config, name="platforms")
    for name in ("zookeeper_watches", "kafka_rest_proxy_topics", "zookeeper_kafka_info", "kafka_rest_proxy_kafka_info"):
        wait_until(f"{name} is there", 60, lambda name=name: bool(agent.metrics().series(name)))
    lint(tools, "ZooKeeper and REST proxy", agent.get("/metrics")[1])
    agent.terminate()


def query_demo(case, tools):
    """The demo's page, and a Prometheus on it that goes the documented way."""
    demo = case.klaxon(name="demo", verb="demo")
    for name in ("kafka_connect_task_state", "kafka_schema_registry_subjects", "kafka_connect_kafka_info", "kafka_schema_registry_kafka_info"):
        wait_until(f"{name} is there", 60, lambda name=name: bool(demo.metrics().series(name)))
    lint(tools, "the demo", demo.get("/metrics")[1])
    prometheus = tools.start_prometheus(demo.url.removeprefix("http://"))
    query = documented_query()
    check('state="FAILED"' in query and "kafka_brokers < 3" in query, "docs/metrics.md has its query")
    running = query.replace('state="FAILED"', 'state="RUNNING"').replace("kafka_brokers < 3", "kafka_brokers > 0")
    wait_until("tasks that run are found through their Kafka", 60, lambda: bool(prometheus.query(running)))
    names = {row["metric"]["connector"] for row in prometheus.query(running)}
    check(names <= {labels["connector"] for labels, _ in demo.metrics().series("kafka_connect_task_state")}, f"the documented query leads from brokers to {sorted(names)}")
    check(prometheus.query(query) == [], "and finds none where all brokers are there")
    demo.terminate()


def rules(tools):
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
    folder = os.path.join(root, "dashboards", "prometheus")
    for verb, name in (("check", "klaxon-rules.yaml"), ("test", "klaxon-rules_test.yaml")):
        content, said = tools.judge_rules(verb, os.path.join(folder, name))
        check(content, f"promtool {verb} rules {name}: {said.splitlines()[-1]}")


def run(case):
    board = dashboard()
    tools = promtool.Tools(case)
    rules(tools)
    case.stack.run("up", "kafka")
    bootstrap = case.stack.bootstrap("kafka")
    case.load("kafka", topics=3, partitions=20, groups=10, new_protocol="true")
    case.traffic("kafka", topics="load-000", rate=50, group="traffic")
    agent = case.klaxon("--bootstrap", bootstrap, "--interval", "1s")
    cluster_label(agent)

    lint(tools, "Kafka", agent.get("/metrics")[1])
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
    lint_platforms(case, tools, bootstrap)
    query_demo(case, tools)


main(run)
