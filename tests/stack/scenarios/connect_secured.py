"""A real Connect worker behind TLS with client certificates: odd names, masked secrets, a stuck herder in its own words."""

import html
import json
import os
import shutil
import urllib.parse
import urllib.request

import _paths  # noqa: F401
import certificates
from scenario import check, main, note, wait_until

INTERVAL = 2.0
LIMIT = INTERVAL + 8
# Kafka 4 cannot address the second over REST; it is seen all the same.
ODD = ["to search", "a/b", "->", "\u00fe#;?&=", "50%", "back\\slash"]
SECRET = "hunter2"


def request(method, url, body=None):
    data = json.dumps(body).encode() if body is not None else None
    asked = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(asked, timeout=30) as answer:
        text = answer.read()
    return json.loads(text) if text else None


def create(url, name, control, **more):
    config = {"connector.class": "klaxon.test.FaultySource", "tasks.max": "1", "topic": "written", "control.file": control, **more}
    request("POST", url + "/connectors", {"name": name, "config": config})


def command(path, text):
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".new", path)


def configuration(path, url, folder, authority="ca.crt"):
    keys = {
        "name": "etl",
        "url": url,
        "interval": f"{INTERVAL:g}s",
        "offsets.interval": "10s",
        "ssl.ca.location": os.path.join(folder, authority),
        "ssl.certificate.location": os.path.join(folder, "client.crt"),
        "ssl.key.location": os.path.join(folder, "client.key"),
    }
    with open(path, "w", encoding="utf-8") as file:
        file.write("clusters:\n- name: main\n  connect:\n  - " + "\n    ".join(f"{key}: {json.dumps(value)}" for key, value in keys.items()) + "\n")
    return path


def states(agent):
    rows = agent.metrics().series("kafka_connect_connector_state")
    return {labels["connector"]: labels["state"] for labels, value in rows if value == 1}


def everything(agent):
    pages = ("/", "/metrics", "/api/klaxon/v1/connectors", "/api/klaxon/v1/clusters")
    return html.unescape("".join(agent.get(page)[1] for page in pages)) + agent.log()


def run(case):
    stack, folder = case.stack, os.path.join(case.folder, "certificates")
    shutil.rmtree(folder, ignore_errors=True)  # of the run before
    certificates.make_all(folder)
    stack.set(KLAXON_STACK_CONNECT_TLS=folder)
    stack.run("up", "kafka", "connect")
    plain, secured = stack.url("connect"), stack.describe("connect")["tls_url"]
    control, other = os.path.join(case.folder, "control"), os.path.join(case.folder, "other")
    command(control, "")
    command(other, "")
    case.kafka_tool("topics", stack.bootstrap("kafka"), "--create", "--topic", "written", "--partitions", "1")
    for name in ODD:
        create(plain, name, control, **{"database.password": SECRET, "connection.url": f"jdbc:postgresql://u:{SECRET}@db/x"})
    create(plain, "stuck", other)

    stranger = case.klaxon("--config", configuration(os.path.join(case.folder, "stranger.yaml"), secured, folder, "other-ca.crt"), name="stranger")
    wait_until("another authority is told as such", 30, lambda: "certificate that is not trusted" in everything(stranger))
    check(not states(stranger), "and no state is shown then")
    stranger.terminate()

    agent = case.klaxon("--config", configuration(os.path.join(case.folder, "klaxon.yaml"), secured, folder))
    expected = {name: "RUNNING" for name in [*ODD, "stuck"]}
    wait_until("every odd name is on /metrics, over TLS with a client certificate", 60, lambda: states(agent) == expected or str(states(agent)))
    check("problem" not in agent.log().lower(), "without a complaint")

    command(control, f"fail-task-cause 0\nmessage login with password={SECRET} to jdbc:mysql://root:{SECRET}@db/x failed\n")
    failed = lambda: sum(value for labels, value in agent.metrics().series("kafka_connect_task_state") if labels["state"] == "FAILED")
    took = wait_until("every task fails", 60, lambda: failed() == len(ODD) or str(failed()))
    note(f"{took:.1f} s")
    shown = everything(agent)
    check("login with password=*** to jdbc:mysql://***@db/x failed" in shown, "the root cause is shown without the passwords in it")
    check(SECRET not in shown, "the password is nowhere: page, metrics, API, log")
    command(control, "")

    # The herder's thread hangs in taskConfigs(); the worker says so itself after 10 s.
    healthy = lambda: [value for _, value in agent.metrics().series("kafka_connect_worker_healthy")]
    wait_until("the worker is healthy", 30, lambda: healthy() == [1] or str(healthy()))
    command(other, "hang-task-configs\n")
    config = request("GET", f"{plain}/connectors/stuck/config")
    request("PUT", f"{plain}/connectors/stuck/config", {**config, "tasks.max": "2"})
    took = wait_until("the stuck herder is seen", 60, lambda: healthy() == [0] or str(healthy()))
    note(f"{took:.1f} s, of which the worker itself takes 10")
    check(len(states(agent)) == len(expected), "and the states of the connectors stay fresh meanwhile")
    command(other, "")
    wait_until("it goes round again", 60, lambda: healthy() == [1] or str(healthy()))
    name = urllib.parse.quote("to search")
    check(request("GET", f"{plain}/connectors/{name}/status")["name"] == "to search", "the worker was left as it was")
    agent.terminate()


main(run)
