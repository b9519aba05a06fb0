"""A registry's topic on a real Kafka, written as Confluent documents it: every change is told at once, while no node answers."""

import json
import os
import subprocess

import _paths  # noqa: F401
from scenario import HERE, check, main, wait_until

TOPIC = "_schemas"
INTERVAL = 30.0  # of REST: what comes sooner came by the topic
NOBODY = "http://127.0.0.1:9"


class Writer:
    """What a registry writes, by Kafka's own console producer."""

    def __init__(self, case, bootstrap):
        command = [os.path.join(HERE, "kt"), "produce", "--bootstrap-server", bootstrap, "--topic", TOPIC, "--sync"]
        for setting in ("parse.key=true", "key.separator=\t", "null.marker=NULL"):
            command += ["--property", setting]
        self._program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True)
        case.at_exit(self._program.kill)

    def write(self, key, value):
        self._program.stdin.write(f"{json.dumps(key)}\t{'NULL' if value is None else json.dumps(value)}\n")
        self._program.stdin.flush()

    def schema(self, version, number, deleted=False):
        schema = {"subject": "orders-value", "version": version, "id": number, "schema": '"int"' if version == 1 else '"long"', "deleted": deleted}
        self.write(key_of(version), schema)


def key_of(version):
    return {"keytype": "SCHEMA", "subject": "orders-value", "version": version, "magic": 1}


def told(agent):
    document = json.loads(agent.get("/api/klaxon/v1/subjects")[1])
    return document["subjects"], document["registries"]


def await_versions(agent, sentence, expected, limit=INTERVAL - 10):
    def equal():
        subjects, _ = told(agent)
        got = [(each["version"], each["deleted"]) for each in (subjects[0]["versions"] or [] if subjects else [])]
        return got == expected or str(got)
    took = wait_until(sentence, limit, equal, pause=0.02)
    check(True, f"{sentence} ({took:.2f} s)")


def value_of(agent, name, **labels):
    return [value for _, value in agent.metrics().series(name, **labels)]


def run(case):
    case.stack.run("up", "kafka")
    bootstrap = case.stack.bootstrap("kafka")
    case.kafka_tool("topics", bootstrap, "--create", "--topic", TOPIC, "--partitions", "1", "--config", "cleanup.policy=compact")
    config = os.path.join(case.folder, "topic.yaml")
    registry = [{"name": "main", "url": NOBODY, "topic": TOPIC, "interval": f"{INTERVAL:g}s"}]
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"clusters": [{"name": "main", "kafka": {"bootstrap.servers": bootstrap}, "schema_registry": registry}]}, file)
    writer = Writer(case, bootstrap)
    writer.write({"keytype": "NOOP", "magic": 0}, None)
    writer.schema(1, 1)
    agent = case.klaxon("--config", config)
    await_versions(agent, "what is in the topic is told", [(1, False)], 60)
    check(value_of(agent, "kafka_schema_registry_topic_followed") == [1], "the topic is followed while no node answers")
    wait_until("its configuration is told", 30, lambda: value_of(agent, "kafka_schema_registry_topic_compacted") == [1])

    writer.schema(2, 2)
    await_versions(agent, "a version that is registered is told", [(1, False), (2, False)])
    writer.write({"keytype": "CONFIG", "subject": "orders-value", "magic": 0}, {"compatibilityLevel": "NONE"})
    took = wait_until("a level", INTERVAL - 10, lambda: told(agent)[0][0]["own_compatibility"] == "NONE", pause=0.02)
    check(True, f"a level that is turned off is told ({took:.2f} s)")
    writer.schema(1, 1, deleted=True)
    writer.write(key_of(1), None)
    await_versions(agent, "a version that is deleted softly and for good at once is told", [(2, False)])
    check(sum(value_of(agent, "kafka_schema_registry_integrity_violations_total")) == 0, "and nothing of it is damage")
    writer.write(key_of(2), None)
    wait_until("a version that nobody deleted softly is lost", INTERVAL - 10,
               lambda: value_of(agent, "kafka_schema_registry_integrity_violations_total", kind="version_lost") == [1])
    agent.terminate()

    case.kafka_tool("configs", bootstrap, "--alter", "--topic", TOPIC, "--add-config", "cleanup.policy=delete")
    agent = case.klaxon("--config", config)
    wait_until("a topic that is not compacted is told", 60, lambda: value_of(agent, "kafka_schema_registry_topic_compacted") == [0])
    page = agent.get("/")[1]
    check("cleanup.policy delete" in page and "schemas vanish" in page, "and the page says what comes of it")
    agent.terminate()


main(run)
