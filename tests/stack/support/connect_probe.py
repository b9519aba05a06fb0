"""What a Connect cluster really is: by its REST, and by what Kafka tells of the workers' group, decoded here independently.

Formats: IncrementalCooperativeConnectProtocol.java of apache/kafka; DescribeGroups v0. A worker's metadata holds what it carried
when it joined, the assignment what was added to it and taken from it since.
"""

import json
import socket
import struct
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field


@dataclass
class Member:
    url: str
    carries: set = field(default_factory=set)  # of (connector, task); task -1: the connector itself

    @property
    def worker(self):
        return urllib.parse.urlsplit(self.url).netloc


class _Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, code):
        (value,) = struct.unpack_from(">" + code, self.data, self.at)
        self.at += struct.calcsize(">" + code)
        return value

    def bytes(self, code="i"):
        length = self.number(code)
        if length < 0:
            return b""
        self.at += length
        return self.data[self.at - length : self.at]

    def text(self):
        return self.bytes("h").decode()


def _work(reader):
    found = set()
    for _ in range(max(reader.number("i"), 0)):
        connector = reader.text()
        found |= {(connector, reader.number("i")) for _ in range(max(reader.number("i"), 0))}
    return found


def _assignment(data):
    reader = _Reader(data)
    reader.number("h"), reader.number("h")
    leader, url = reader.text(), reader.text()
    reader.number("q")
    added, revoked = _work(reader), _work(reader)
    return leader, url, added, revoked, reader.number("i")


@dataclass
class WorkersGroup:
    state: str
    leader: str = ""  # its URL
    delay: float = 0.0  # seconds
    members: list = field(default_factory=list)


def workers_group(bootstrap, group):
    host, port = bootstrap.split(",")[0].rsplit(":", 1)
    name = group.encode()
    request = struct.pack(">hhih", 15, 0, 1, 5) + b"probe" + struct.pack(">ih", 1, len(name)) + name
    with socket.create_connection((host, int(port)), 5) as connection:
        connection.sendall(struct.pack(">i", len(request)) + request)
        stream = connection.makefile("rb")
        reader = _Reader(stream.read(struct.unpack(">i", stream.read(4))[0]))
    reader.number("i"), reader.number("i"), reader.number("h"), reader.text()
    found = WorkersGroup(reader.text())
    reader.text(), reader.text()
    for _ in range(reader.number("i")):
        reader.text(), reader.text(), reader.text()
        metadata, assignment = reader.bytes(), reader.bytes()
        member = Member("")
        if metadata:
            state = _Reader(metadata)
            state.number("h")
            member.url = state.text()
            state.number("q")
            carried = state.bytes()
            member.carries = _assignment(carried)[2] if carried else set()
        if assignment:
            _, found.leader, added, revoked, delay = _assignment(assignment)
            member.carries = (member.carries - revoked) | added
            found.delay = max(found.delay, delay / 1000)
        found.members.append(member)
    return found


class Rest:
    def __init__(self, url):
        self.url = url

    def ask(self, method, path, body=None, timeout=10.0):
        data = json.dumps(body).encode() if body is not None else None
        asked = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(asked, timeout=timeout) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def create(self, name, java_class, **config):
        self.ask("POST", "/connectors", {"name": name, "config": {"connector.class": java_class, **{k.replace("__", "."): str(v) for k, v in config.items()}}}, timeout=90)

    def order(self, verb, name):
        """pause, resume, stop: a worker that rebalances refuses for a moment."""
        self.ask("PUT", f"/connectors/{urllib.parse.quote(name)}/{verb}")

    def restart(self, name):
        self.ask("POST", f"/connectors/{urllib.parse.quote(name)}/restart?includeTasks=true&onlyFailed=true")

    def offsets(self, name):
        return self.ask("GET", f"/connectors/{urllib.parse.quote(name)}/offsets")["offsets"]

    def states(self):
        """(connector, task) -> (state, worker); task -1 is the connector. Connectors without a status are left out."""
        found = {}
        for name, told in self.ask("GET", "/connectors?expand=status").items():
            status = told["status"]
            found[(name, -1)] = (status["connector"]["state"], status["connector"]["worker_id"])
            for task in status["tasks"]:
                found[(name, task["id"])] = (task["state"], task["worker_id"])
        return found


def patiently(action):
    """Whether it went through: 409 and 500 mean "not now" while a group rebalances."""
    try:
        action()
    except urllib.error.HTTPError as refused:
        if refused.code in (404, 409, 500):
            return f"HTTP {refused.code}"
        raise
    return True


def configuration(path, bootstrap, urls, interval, offsets=0):
    """Klaxon's, of one Kafka cluster and the Connect cluster on it. `offsets`: seconds between two questions for a source's; 0: none."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(
            f"""clusters:
  - name: main
    kafka:
      bootstrap.servers: {bootstrap}
      interval: {interval:g}s
    connect:
      - name: etl
        url: {",".join(urls)}
        interval: {interval:g}s
        request.timeout: {interval / 2:g}s
        compare: true
        offsets.interval: {offsets:g}s
"""
        )
    return path
