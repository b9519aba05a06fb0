"""What the soak of recovery runs on: twenty connectors of every kind that Connect's own test plug-ins and ours can be, and a schedule of
faults drawn from a seed. The same seed gives the same schedule, so that two restarters can be compared by it.
"""

import os
import random
import shutil
from dataclasses import dataclass

from connect_tasks import command

SOURCE, SINK = "klaxon.test.FaultySource", "klaxon.test.FaultySink"
TOOLS, FILES = "org.apache.kafka.connect.tools.", "org.apache.kafka.connect.file."
JSON = {"value.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter.schemas.enable": "true"}
# So long until the same connector is struck again: it has run for long enough by then, and its attempts are forgotten.
PAUSE = 300.0

# What fails for a passing reason: commands, what Klaxon must call it, and so many seconds it may last.
PASSING = {
    "connection": ("fail-task-cause 0\nmessage Connection reset by peer\n", "dependency", (2, 40)),
    "deadlock": ("fail-task 0\nmessage ERROR: deadlock detected\n", "transient", (2, 40)),
    "strange": ("fail-task 0\nmessage klaxon: nobody knows this one\n", "unknown", (2, 6)),
    "starts": ("fail-task 0\nfail-task-start 0\nmessage Connection refused\n", "dependency", (2, 40)),
    "itself": ("raise-connector-error\nmessage Connection refused\n", "dependency", (2, 40)),
}
# What no restart heals, with the class that it must be given.
LASTING = {
    "login": ("fail-task 0\nfail-task-start 0\nmessage FATAL: password authentication failed for user \"etl\"\n", "authorization"),
    "lost": ("fail-task 0\nfail-task-start 0\nmessage ORA-01291: missing log file\n", "data_loss_risk"),
}
STRUCK = ["source-1", "source-2", "source-3", "source-4", "sink-1", "sink-2", "sink-3", "sink-4"]  # by what passes
POISONED = ["poison-file", "poison-sink"]
FOLDERS = ["file-sink", "file-source"]
FLAPPING = ["flap-task", "flap-connector"]
HEALTHY = ["healthy-source", "healthy-sink", "verifiable-source", "verifiable-sink", "schema-source", "heartbeats"]
TWENTY = STRUCK + POISONED + FOLDERS + FLAPPING + HEALTHY
SINKS = ["sink-1", "sink-2", "sink-3", "sink-4", "healthy-sink", "poison-sink"]
SOURCES = ["source-1", "source-2", "source-3", "source-4", "healthy-source"]
TOPICS = ["orders", "verified", "schemas", *POISONED, *("written-" + name for name in SOURCES)]


def control(folder, name):
    return os.path.join(folder, "control-" + name)


def received(folder, name):
    return os.path.join(folder, "received-" + name)


def config_of(name, folder, bootstrap):
    """Of a connector that behaves, but for FOLDERS and FLAPPING, which fail from the start."""
    faulty = {"control.file": control(folder, name)}
    kinds = {
        "source": {"connector.class": SOURCE, "tasks.max": "2", "topic": "written-" + name, "rate": "2", **faulty},
        "sink": {"connector.class": SINK, "topics": "orders", "received.file": received(folder, name), **faulty},
        "poison-sink": {"connector.class": SINK, "topics": "poison-sink", "received.file": received(folder, name), **JSON, **faulty},
        "poison-file": {"connector.class": FILES + "FileStreamSinkConnector", "topics": "poison-file", "file": os.path.join(folder, "poison-file.out"), **JSON},
        "file-sink": {"connector.class": FILES + "FileStreamSinkConnector", "topics": "orders", "file": os.path.join(folder, "mounted-sink", "out")},
        "file-source": {"connector.class": FILES + "FileStreamSourceConnector", "topic": "verified", "file": os.path.join(folder, "mounted-source", "in")},
        "flap-task": {"connector.class": TOOLS + "MockSinkConnector", "topics": "orders", "mock_mode": "task-failure", "delay_ms": "2000"},
        "flap-connector": {"connector.class": TOOLS + "MockSinkConnector", "topics": "orders", "mock_mode": "connector-failure", "delay_ms": "3000"},
        "verifiable-source": {"connector.class": TOOLS + "VerifiableSourceConnector", "name": name, "id": "0", "topic": "verified", "throughput": "1"},
        "verifiable-sink": {"connector.class": TOOLS + "VerifiableSinkConnector", "id": "0", "topics": "verified"},
        "schema-source": {"connector.class": TOOLS + "SchemaSourceConnector", "name": name, "id": "0", "topic": "schemas", "throughput": "1", "num.messages": "1000000"},
        "heartbeats": {
            "connector.class": "org.apache.kafka.connect.mirror.MirrorHeartbeatConnector",
            "source.cluster.alias": "a", "target.cluster.alias": "b", "emit.heartbeats.enabled": "false",
            "source.cluster.bootstrap.servers": bootstrap, "target.cluster.bootstrap.servers": bootstrap,
        },
    }
    alike = "source" if name in SOURCES else "sink"
    return {"tasks.max": "1", **kinds.get(name, kinds[alike])}


@dataclass
class Event:
    at: float  # seconds after the start
    what: str  # a method of Soak
    target: str = ""
    fault: str = ""
    lasts: float = 0.0

    def __str__(self):
        return f"{self.at:6.1f} s {self.what} {self.target} {self.fault}" + (f" for {self.lasts:.0f} s" if self.lasts else "")


def schedule(seed, seconds):
    """Faults, and what people do about those that no restart heals; nothing new begins in the last fifth."""
    dice = random.Random(seed)
    end = seconds * 0.8
    events = [Event(dice.uniform(0.03, 0.1) * seconds, "mount", name) for name in FOLDERS]
    for name in POISONED:
        at = dice.uniform(0.1, 0.5) * seconds
        events += [Event(at, "poison", name), Event(at + 0.3 * seconds, "tolerate", name)]
    node = dice.randint(1, 2)
    for share, verb in ((0.25, "stop"), (0.6, "kill")):
        events.append(Event((share + dice.uniform(0, 0.05)) * seconds, verb, str(node), lasts=dice.uniform(15, 25)))
        node = 3 - node
    mass = 0.4 * seconds
    events.append(Event(mass, "mass", ",".join(STRUCK), "connection", dice.uniform(15, 40)))
    lasting = dice.sample(STRUCK, 2)
    for name, fault in zip(lasting, LASTING):
        events.append(Event(dice.uniform(0.7, 0.8) * seconds, "last", name, fault))
    free = {name: 0.0 for name in STRUCK}
    at = 20.0
    while at < end:
        # Nothing else shortly before many fail at once, and while they come back one by one.
        quiet = mass - 60 < at < mass + PAUSE
        ready = [name for name in STRUCK if free[name] <= at and not quiet and not (name in lasting and at > 0.7 * seconds - PAUSE)]
        if ready:
            name = dice.choice(ready)
            fault = dice.choice(list(PASSING))
            verb = dice.choices(["strike", "paused", "meddle"], [8, 1, 1])[0]
            events.append(Event(at, verb, name, fault, dice.uniform(*PASSING[fault][2])))
            free[name] = at + PAUSE
        at += dice.uniform(5, 30)
    return sorted(events, key=lambda event: event.at)


def prepare(folder):
    for name in TWENTY:
        command(control(folder, name), "")
        if os.path.exists(received(folder, name)):
            os.remove(received(folder, name))
    for name in ("poison-file.out", "mounted-sink", "mounted-source"):
        path = os.path.join(folder, name)
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.exists(path):
            os.remove(path)
    with open(os.path.join(folder, "mounted-source"), "w", encoding="utf-8"):
        pass  # a file where a folder should be
