"""One permission after the other is taken away: exactly what docs/permissions.md says is gone, and said to be missing.

The page itself is read: its commands are run for each user but for what that user must not have, its table is what is
expected. One klaxon watches the same broker as all these users; then one of them loses and gets back a permission.
"""

import html
import os
import re
import shlex

import _paths  # noqa: F401
import diff
import secured
from checks import problems
from scenario import Failed, check, main, note, wait_until

DOCUMENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "docs", "permissions.md")
FULL = "klaxon"
# "not granted" in the table -> the user that lacks it, and the resources of the commands that are left out for it.
USERS = {
    "`Describe` on the cluster": ("without-cluster", {"--cluster"}),
    "`Describe` on topics": ("without-topics", {"--topic"}),
    "`Describe` on groups": ("without-groups", {"--group"}),
    "`Describe` on the cluster and on groups": ("without-cluster-groups", {"--cluster", "--group"}),
    "anything": ("without-all", {"--cluster", "--topic", "--group"}),
}
# Sees topics with one prefix only; not in the table.
PREFIXED = "prefixed"
LIMIT = 60.0


def read_document():
    """(commands, {not granted: (names gone, names that may differ, scopes)})."""
    with open(DOCUMENT, encoding="utf-8") as file:
        lines = file.read().splitlines()
    commands = [shlex.split(line)[3:] for line in lines if line.startswith("kafka-acls.sh ")]
    rows = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if cells[0].strip("| ") in USERS:
            gone, _, partly = cells[2].partition(";")
            names = [re.findall(r"`([^`]+)`", text) for text in (gone, partly, cells[3])]
            rows[cells[0].strip("| ")] = names
    if len(commands) != 3 or rows.keys() != USERS.keys():
        raise Failed(f"{DOCUMENT}: {len(commands)} commands, rows {sorted(rows)}")
    return commands, rows


def grant(broker, commands):
    """Runs the document's commands, each for klaxon and for everybody who is to have that permission."""
    for command in commands:
        lacking = {user for user, resources in USERS.values() if resources & set(command)}
        others = [user for user, _ in USERS.values() if user not in lacking]
        if "--topic" not in command:
            others.append(PREFIXED)
        at = command.index("--allow-principal")
        principals = [word for user in others for word in ("--allow-principal", "User:" + user)]
        broker.acls(*command[:at], *principals, *command[at:])
    broker.acls("--add", "--allow-principal", "User:" + PREFIXED, "--operation", "Describe", "--topic", "load-00", "--resource-pattern-type", "prefixed")


def series_of(page, cluster):
    """{(name, labels but the cluster's): value} of all that is told about a Kafka cluster; of an enumeration what holds."""
    found = {}
    for name, rows in page.samples.items():
        if not name.startswith("kafka_"):
            continue
        for key, value in rows.items():
            if ("cluster", cluster) in key and not (value == 0 and name in ("kafka_consumergroup_state", "kafka_cluster_metadata_proof")):
                found[(name, frozenset(key - {("cluster", cluster)}))] = value
    return found


def is_named(name, patterns):
    return any(name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern for pattern in patterns)


def scopes_of(page, cluster):
    return {labels["scope"] for labels, _ in page.series("klaxon_collector_problem", cluster=cluster, reason="unauthorized")}


def deviation(page, user, row):
    """None when this user's cluster is what the table's row says, else the first difference."""
    gone, partly, scopes = row
    full, shown = series_of(page, FULL), series_of(page, user)
    for (name, labels), value in shown.items():
        if is_named(name, gone):
            return f"{name} is there"
        if not is_named(name, partly) and full.get((name, labels)) != value:
            return f"{name}{sorted(labels)} is {value:g}, not {full.get((name, labels))}"
    for name, labels in full:
        if (name, labels) not in shown and not is_named(name, gone + partly):
            return f"{name}{sorted(labels)} is not there"
    groups = {"group " + dict(labels)["consumergroup"] for name, labels in full if name == "kafka_consumergroup_info"}
    wanted = set().union(*(groups if scope == "group NAME" else {scope} for scope in scopes))
    said = scopes_of(page, user)
    return None if said == wanted else f"it says {sorted(said)}, not {sorted(wanted)}"


def check_row(agent, user, what, row):
    wait_until(f"without {what} exactly what the document says is gone", LIMIT, lambda: deviation(agent.metrics(), user, row) or True)
    shown, full = len(series_of(agent.metrics(), user)), len(series_of(agent.metrics(), FULL))
    messages = [problem["message"] for problem in problems(agent)[user]]
    page = html.unescape(agent.get("/")[1])
    silent = [message for message in messages if "grant Describe on" not in message or message not in page]
    check(messages and not silent, f"without {what}: {shown} of {full} series, and the page says what to grant{silent or ''}")


def check_doctor(case, path, commands):
    """`klaxon doctor` finds the same permissions missing, by the names of the document."""
    names = {"--cluster": "Describe on cluster", "--topic": "Describe on topic *", "--group": "Describe on group *"}
    code, findings, _ = case.doctor(path)
    lacking = {FULL: set(), PREFIXED: {"--topic"}, **dict(USERS.values())}
    for user, resources in lacking.items():
        told = {row["subject"]: row["outcome"] for row in findings[user] if row["step"] == "permission"}
        right = {name: "bad" if resource in resources else "ok" for resource, name in names.items()}
        check(told == right, f"the doctor says for {user}: {told}" if told == right else f"{user} should have {right}: {findings[user]}")
    check(code == 1 and len(commands) == len(names), "and exits with 1")


def run(case):
    commands, rows = read_document()
    users = [FULL, PREFIXED, *(user for user, _ in USERS.values())]
    broker = secured.Secured(case, case.component("secured"), users=users)
    case.load(broker.name, topics=4, partitions=12, groups=8, new_protocol="true" if broker.version.startswith("4") else "false")
    grant(broker, commands)
    clusters = {user: broker.options("sasl", "PLAIN", user) for user in users}
    path = secured.write_configuration(os.path.join(case.folder, "klaxon.yaml"), clusters)
    agent = case.klaxon("--config", path)

    truth = diff.read_truth(broker.bootstrap)
    wait_until("the user of least privilege sees everything", LIMIT, lambda: "; ".join(diff.differences(agent.metrics(), truth, FULL)[:3]) or True)
    check(not scopes_of(agent.metrics(), FULL), f"the three permissions show all {len(series_of(agent.metrics(), FULL))} series, and nothing is missing")
    for what, (user, _) in USERS.items():
        check_row(agent, user, what, rows[what])

    topics = {labels["topic"] for labels, _ in agent.metrics().series("kafka_topic_partitions", cluster=PREFIXED)}
    check(topics and all(topic.startswith("load-00") for topic in topics), f"with a prefix only its topics are seen: {sorted(topics)}")
    check(scopes_of(agent.metrics(), PREFIXED) == {"permissions: topics"}, "and it is said that there may be others")

    check_doctor(case, path, commands)

    what, topic = "`Describe` on topics", next(command for command in commands if "--topic" in command)
    before = series_of(agent.metrics(), FULL)
    broker.acls("--remove", "--force", *topic[1:])
    took = wait_until("the permission that was taken away shows", LIMIT, lambda: scopes_of(agent.metrics(), FULL) == {"permissions: topics"})
    wait_until("with all that belongs to it", LIMIT, lambda: not any(is_named(name, rows[what][0]) for name, _ in series_of(agent.metrics(), FULL)))
    note(f"a permission that was taken away was said to be missing after {took:.1f} s")
    broker.acls(*topic)
    took = wait_until("granted again everything is back", LIMIT, lambda: series_of(agent.metrics(), FULL) == before and not scopes_of(agent.metrics(), FULL))
    check(True, f"granted again, everything is back without a restart ({took:.1f} s)")
    agent.terminate()


main(run)
