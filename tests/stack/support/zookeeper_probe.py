"""Asks a ZooKeeper server by itself, without any code of Klaxon: four-letter words and the AdminServer.

zookeeper_probe.py HOST:PORT [--timeout S] [--pid PID]   waits until the server says that it serves
"""

import argparse
import json
import os
import re
import socket
import sys
import time
import urllib.error
import urllib.request


class ProbeError(Exception):
    """No answer."""


def ask(address, word, timeout=5.0):
    """The answer to a word, as text."""
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), timeout) as connection:
            connection.sendall(word.encode("ascii"))
            parts = []
            while part := connection.recv(65536):
                parts.append(part)
        return b"".join(parts).decode("utf-8", "replace")
    except OSError as error:
        raise ProbeError(f"{address}: {error}") from error


def mode(address):
    """"leader", "follower", "standalone"; None while it does not serve or does not answer."""
    try:
        found = re.search(r"^Mode: (.*)$", ask(address, "srvr"), re.MULTILINE)
    except ProbeError:
        return None
    return found[1] if found else None


def srvr(address):
    """The answer to srvr as label -> text."""
    return dict(line.split(": ", 1) for line in ask(address, "srvr").splitlines() if ": " in line)


def conf(address):
    """The answer to conf as key -> text."""
    return dict(line.split("=", 1) for line in ask(address, "conf").splitlines() if "=" in line)


def mntr(address):
    """The answer to mntr as key -> text."""
    return dict(line.split("\t", 1) for line in ask(address, "mntr").splitlines() if "\t" in line)


def monitor(admin):
    """What the AdminServer's monitor tells."""
    with urllib.request.urlopen(admin + "/commands/monitor", timeout=5) as answer:
        return json.load(answer)


def configuration(admin):
    """How the AdminServer says it is configured."""
    with urllib.request.urlopen(admin + "/commands/configuration", timeout=5) as answer:
        return json.load(answer)


def monitor_status(admin):
    """The HTTP status of that."""
    try:
        monitor(admin)
    except urllib.error.HTTPError as error:
        return error.code
    return 200


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--pid", type=int)
    options = parser.parse_args()
    deadline = time.monotonic() + options.timeout
    while mode(options.address) is None:
        if time.monotonic() > deadline:
            sys.exit(f"{options.address} does not serve after {options.timeout:g} s")
        if options.pid and not alive(options.pid):
            sys.exit(f"{options.address}: its process ended")
        time.sleep(0.1)


if __name__ == "__main__":
    main()
