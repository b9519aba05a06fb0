"""Records that Confluent's own serializers wrote, and records broken by hand in every way: each is told for what it is."""

import json
import os
import subprocess

import _paths  # noqa: F401
from scenario import HERE, Failed, Skipped, SKIP, check, main, note, wait_until
from small_registry import SmallRegistry

GOOD = 10_000
GOOD_TOPICS = ["good-avro", "good-json", "good-protobuf", "good-struct", "good-headers"]
FIRST_ID = 300  # two bytes of it are set: more ways to be wrong than with a small one


def write(case, bootstrap, registry):
    """Runs the serializers; between good and broken records schemas are deleted, so that both kinds of deletion are there."""
    command = [os.path.join(HERE, "serializers", "run"), "write_records.py", bootstrap, registry.url, str(GOOD)]
    for subject in ("soft-value", "hard-value"):
        registry.register(subject, {"schema": json.dumps({"type": "fixed", "name": subject[:4], "size": 4})})
    ids = {name: registry.versions[f"{name}-value"][0][1] for name in ("soft", "hard")}
    program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    case.at_exit(program.kill)
    # What the serializers register comes after these two; the highest id is theirs.
    wait_until("the serializers have registered their schemas", 180, lambda: program.poll() is not None or len(registry.versions) >= 7)
    if program.poll() == SKIP:
        raise Skipped("Confluent's serializers for Python cannot be had here")
    registry.delete("soft-value", permanent=False)
    registry.delete("hard-value", permanent=True)
    ids["live"] = registry.versions["good-avro-value"][0][1]
    ids["protobuf"] = registry.versions["good-protobuf-value"][0][1]
    out, _ = program.communicate(json.dumps(ids) + "\n", timeout=300)
    if program.returncode != 0:
        raise Failed(f"the serializers ended with {program.returncode}")
    return json.loads(out.splitlines()[-1])["expected"]


def decode(case, bootstrap, url, *arguments):
    command = [case.klaxon_binary(), "decode", "--json", "--bootstrap", bootstrap, "--registry", url, *arguments]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
    if done.returncode not in (0, 1) or not done.stdout:
        raise Failed(f"klaxon decode ended with {done.returncode}: {done.stderr.strip()}")
    return done.returncode, json.loads(done.stdout)


def judge_broken(case, bootstrap, url, expected):
    wrong = []
    bad = {"little_endian", "eight_byte_id", "missing_byte", "extra_byte", "soft_deleted_id", "deleted_id", "other_registry", "no_indexes", "too_short", "bad_header"}
    for offset, verdict in enumerate(expected):
        code, record = decode(case, bootstrap, url, "--topic", "broken", "--partition", "0", "--offset", str(offset))
        value = record["value"]
        note(f"   {verdict}: {value['said']}")
        if value["verdict"] != verdict or record["good"] != (verdict not in bad) or code != (verdict in bad):
            wrong.append(f"offset {offset}: {value['verdict']} instead of {verdict} (exit code {code})")
    check(not wrong, "every broken record is told for what it is, and by the exit code" + "".join("; " + line for line in wrong))


def sampled(agent, topic):
    rows = json.loads(agent.get("/api/klaxon/v1/records")[1])["topics"]
    return next((row for row in rows if row["topic"] == topic and row["value"]), None)


def run(case):
    case.stack.run("up", "kafka")
    bootstrap = case.stack.bootstrap("kafka")
    for topic in GOOD_TOPICS:
        case.kafka_tool("topics", bootstrap, "--create", "--topic", topic, "--partitions", "3")
    case.kafka_tool("topics", bootstrap, "--create", "--topic", "broken", "--partitions", "1")
    registry = SmallRegistry(FIRST_ID)
    case.at_exit(registry.end)
    expected = write(case, bootstrap, registry)
    check(True, f"{GOOD} records were written by Confluent's serializers, {len(expected)} by hand")

    judge_broken(case, bootstrap, registry.url, expected)
    for topic in GOOD_TOPICS:
        code, record = decode(case, bootstrap, registry.url, "--topic", topic)
        value = record["value"]
        known = value["verdict"] == "known_id" and record["good"] and code == 0
        check(known and value["schema"], f"{topic}: its newest record is right, and its schema shown ({value['said']})")

    config = os.path.join(case.folder, "records.yaml")
    with open(config, "w", encoding="utf-8") as file:
        json.dump({"clusters": [{"name": "main", "kafka": {"bootstrap.servers": bootstrap, "record_samples": {"topics": "*", "interval": "10s", "records": 1000}}}]}, file)
    agent = case.klaxon("--config", config)
    took = wait_until("every topic is sampled", 60, lambda: all(sampled(agent, topic) for topic in [*GOOD_TOPICS, "broken"]))
    rows = [sampled(agent, topic) for topic in GOOD_TOPICS]
    verdicts = {verdict for row in rows for verdict in row["value"]["verdicts"]}
    count = sum(row["records"] for row in rows)
    check(count == GOOD and verdicts == {"unresolved_id"}, f"all {count} good records carry an id or GUID, read in {took:.1f} s")
    ids = {item["id"] for row in rows for item in row["value"]["ids"]}
    theirs = {number for subject, versions in registry.versions.items() if subject.startswith("good") for _, number, _ in versions}
    check(ids and ids <= theirs, "and no id but those that were given out")
    check(all(row["key"]["verdicts"] == {"text": row["records"]} for row in rows), "their keys are plain text")
    groups = case.kafka_tool("groups", bootstrap, "--list").split()
    check(not groups, "no consumer group was made")
    agent.terminate()


main(run)
