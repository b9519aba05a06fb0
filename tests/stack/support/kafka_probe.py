"""A minimal Kafka client: ApiVersions and Metadata, enough to ask one given broker what it knows.

Kafka's own tools follow the brokers they learn about and need two seconds to start; a test that watches a cluster while
brokers are killed must ask one broker, quickly and often. Formats: https://kafka.apache.org/protocol (ApiVersions v0,
Metadata v5).

As a program it waits for a component:
    kafka_probe.py HOST:PORT --brokers N [--node ID] --timeout SECONDS [--pid PID]
"""

import argparse
import os
import socket
import struct
import sys
import time
from dataclasses import dataclass, field

API_METADATA = 3
API_VERSIONS = 18


class ProbeError(Exception):
    """The broker could not be asked; the text says what happened."""


@dataclass
class Partition:
    topic: str
    index: int
    leader: int  # -1: none
    replicas: list
    isr: list


@dataclass
class Metadata:
    brokers: dict = field(default_factory=dict)  # id -> "host:port"
    controller: int = -1
    partitions: dict = field(default_factory=dict)  # (topic, index) -> Partition


class _Reader:
    def __init__(self, data):
        self._data = data
        self._at = 0

    def number(self, code):
        try:
            (value,) = struct.unpack_from(">" + code, self._data, self._at)
        except struct.error as error:
            raise ProbeError(f"the answer ends early ({error})") from error
        self._at += struct.calcsize(">" + code)
        return value

    def text(self):
        length = self.number("h")
        if length < 0:
            return None
        value = self._data[self._at : self._at + length]
        self._at += length
        return value.decode()

    def array(self, read_one):
        return [read_one() for _ in range(max(self.number("i"), 0))]


def _text(value):
    data = value.encode()
    return struct.pack(">h", len(data)) + data


def _receive(sock, count):
    data = b""
    while len(data) < count:
        part = sock.recv(count - len(data))
        if not part:
            raise ProbeError("the broker closed the connection")
        data += part
    return data


def _call(address, api, version, body, timeout):
    host, port = address.rsplit(":", 1)
    request = struct.pack(">hhi", api, version, 1) + _text("klaxon-test-probe") + body
    try:
        with socket.create_connection((host, int(port)), timeout) as sock:
            sock.settimeout(timeout)
            sock.sendall(struct.pack(">i", len(request)) + request)
            (size,) = struct.unpack(">i", _receive(sock, 4))
            return _Reader(_receive(sock, size)[4:])
    except OSError as error:
        raise ProbeError(f"{address}: {error}") from error


def api_versions(address, timeout=3.0):
    """The versions that the broker speaks: api key -> (lowest, highest)."""
    reader = _call(address, API_VERSIONS, 0, b"", timeout)
    error = reader.number("h")
    if error:
        raise ProbeError(f"{address}: ApiVersions answered error {error}")
    rows = reader.array(lambda: (reader.number("h"), reader.number("h"), reader.number("h")))
    return {key: (lowest, highest) for key, lowest, highest in rows}


def metadata(address, timeout=3.0):
    """What this one broker says about the whole cluster."""
    all_topics_no_auto_create = struct.pack(">ib", -1, 0)
    reader = _call(address, API_METADATA, 5, all_topics_no_auto_create, timeout)
    result = Metadata()
    reader.number("i")  # throttle time

    def broker():
        node, host, port = reader.number("i"), reader.text(), reader.number("i")
        reader.text()  # rack
        result.brokers[node] = f"{host}:{port}"

    def topic():
        reader.number("h")
        name = reader.text()
        reader.number("b")
        reader.array(lambda: partition(name))

    def numbers():
        return reader.array(lambda: reader.number("i"))

    def partition(name):
        reader.number("h")
        index, leader = reader.number("i"), reader.number("i")
        replicas, isr, _offline = numbers(), numbers(), numbers()
        result.partitions[(name, index)] = Partition(name, index, leader, replicas, isr)

    reader.array(broker)
    reader.text()  # cluster id
    result.controller = reader.number("i")
    reader.array(topic)
    return result


def _problem(address, brokers, node):
    """None when the component is ready, else why not."""
    try:
        api_versions(address)
        known = metadata(address)
    except ProbeError as error:
        return str(error)
    if len(known.brokers) < brokers:
        return f"{address} sees {len(known.brokers)} of {brokers} brokers"
    if node is not None and node not in known.brokers:
        return f"{address} does not list broker {node}"
    return None


def main():
    parser = argparse.ArgumentParser(description="wait until a broker answers and sees the others")
    parser.add_argument("address")
    parser.add_argument("--brokers", type=int, default=1)
    parser.add_argument("--node", type=int)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--pid", type=int, help="give up at once when this process is gone")
    options = parser.parse_args()
    deadline = time.monotonic() + options.timeout
    while True:
        problem = _problem(options.address, options.brokers, options.node)
        if problem is None:
            return 0
        if options.pid and not os.path.exists(f"/proc/{options.pid}/exe"):
            print(f"the process {options.pid} ended ({problem})", file=sys.stderr)
            return 1
        if time.monotonic() > deadline:
            print(f"not ready after {options.timeout:.0f} s: {problem}", file=sys.stderr)
            return 1
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
