#!/usr/bin/env python3
"""What hostile clients cost a whole klaxon: its memory, and how /metrics goes on beside them.

    hostile_http.py KLAXON KLAXON_SIMULATOR [SANITIZERS] [--seconds N]

Runs klaxon against the simulator, attacks it in one way after the other (N seconds each, 3 by
default) and prints a Markdown table. Fails if an attack costs more than 50 MB of resident memory, or
if more than a tenth of what is asked of /metrics and /-/healthy meanwhile gets no answer. Times are
printed and not judged. With SANITIZERS memory is
not judged either: they keep what is freed.
"""

import argparse
import http.client
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 60
MOST_MIB = 50
HASH = "$2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq"  # "dave123"
LOGIN = "Basic ZGF2ZTpkYXZlMTIz"


def wait_for(what, condition):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise SystemExit(f"hostile_http: {what} did not come within {PATIENCE} s")


class Klaxon:
    def __init__(self, program, bootstrap, folder):
        web = os.path.join(folder, "web.yml")
        with open(web, "w", encoding="utf-8") as file:
            file.write(f"basic_auth_users: {{dave: '{HASH}'}}\n")
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [program, "run", "--bootstrap", bootstrap, "--listen", "127.0.0.1:0",
             "--interval", "1s", "--web.config.file", web, "--log-level", "error"],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        found = re.search(r"http://127.0.0.1:(\d+)/", self.process.stdout.readline())
        if not found:
            raise SystemExit("hostile_http: klaxon did not start")
        self.port = int(found.group(1))

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1)) / 1024

    def get(self, path):
        """Status, body and seconds of a well-behaved client."""
        begin = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path, headers={"Authorization": LOGIN,
                                                     "Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        return answer.status, body, time.monotonic() - begin


class Watch:
    """Asks for /metrics and /-/healthy again and again, and looks at the memory."""

    def __init__(self, klaxon):
        self.klaxon = klaxon
        self.times, self.most, self.asked, self.wrong = [], klaxon.resident_mib(), 0, []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.ask), threading.Thread(target=self.look)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        while not self.stop.is_set():
            for path in ("/metrics", "/-/healthy"):
                self.asked += 1
                try:
                    status, _, seconds = self.klaxon.get(path)
                except (OSError, http.client.HTTPException) as failure:
                    self.wrong.append(f"{path}: {failure!r}")
                    continue
                if status != 200:
                    self.wrong.append(f"{path}: {status}")
                if path == "/metrics":
                    self.times.append(seconds)
            time.sleep(0.02)

    def look(self):
        while not self.stop.is_set():
            self.most = max(self.most, self.klaxon.resident_mib())
            time.sleep(0.01)

    def end(self):
        self.stop.set()
        for thread in self.threads:
            thread.join()
        return self

    def percentile(self, part):
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else -1


def connect(klaxon):
    """From any address but the watcher's: 127.7.x.y."""
    client = socket.socket()
    client.settimeout(5)
    client.bind((f"127.7.{random.randint(1, 50)}.{random.randint(1, 250)}", 0))
    client.connect(("127.0.0.1", klaxon.port))
    return client


def head(method, path, *headers):
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: klaxon", f"Authorization: {LOGIN}",
                        *headers, "", ""]).encode()


def drain(client):
    while client.recv(1 << 20):
        pass


# Each attack is one client's turn, repeated by several until the time is over.

def range_bomb(klaxon):
    with connect(klaxon) as client:
        client.sendall(head("GET", "/metrics", "Range: bytes=0-" + ",0-" * 2000, "Connection: close"))
        drain(client)


def chunked_bomb(klaxon):
    with connect(klaxon) as client:
        client.sendall(head("GET", "/metrics", "Transfer-Encoding: chunked"))
        for _ in range(1000):
            client.sendall(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")


def tiny_chunks(klaxon):
    with connect(klaxon) as client:
        client.sendall(head("GET", "/metrics", "Transfer-Encoding: chunked"))
        client.sendall(b"1;" + b"x" * 1000 + b"\r\nx\r\n")
        for _ in range(10_000):
            client.sendall(b"1\r\nx\r\n" * 1000)


def gzip_bomb(klaxon):
    import zlib
    bomb = zlib.compressobj(9, wbits=31)
    body = bomb.compress(b"\0" * 10_000_000) + bomb.flush()
    for coding in ("Content-Encoding: gzip", "Content-Encoding: identity", "Transfer-Encoding: gzip"):
        with connect(klaxon) as client:
            client.sendall(head("GET", "/metrics", coding, f"Content-Length: {len(body)}") + body)
            drain(client)


def many_headers(klaxon):
    with connect(klaxon) as client:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: a\r\n")
        for i in range(100):
            client.sendall(b"".join(b"X-%d: v\r\n" % (1000 * i + j) for j in range(1000)))


def pipelining(klaxon):
    with connect(klaxon) as client:
        for _ in range(100):
            client.sendall(head("GET", "/metrics") * 100)


def guesses(klaxon):
    with connect(klaxon) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic ZGF2ZTp4\r\n\r\n")
        drain(client)


def repeat(attack, klaxon, until):
    while time.monotonic() < until:
        try:
            attack(klaxon)
        except OSError:
            pass  # it was cut off, as it should be


def by_many(attack):
    def run(klaxon, seconds):
        until = time.monotonic() + seconds
        attackers = [threading.Thread(target=repeat, args=(attack, klaxon, until)) for _ in range(8)]
        for attacker in attackers:
            attacker.start()
        for attacker in attackers:
            attacker.join()
    return run


def slow(first, drip):
    """1,000 clients that begin a request and go on with a byte now and then, or read nothing."""
    def run(klaxon, seconds):
        until = time.monotonic() + seconds
        clients = []
        while time.monotonic() < until:
            try:
                while len(clients) < 1000:
                    client = connect(klaxon)
                    client.setblocking(False)
                    client.send(first)
                    clients.append(client)
            except OSError:
                pass
            alive = []
            for client in clients:
                try:
                    client.send(drip)
                    alive.append(client)
                except BlockingIOError:
                    alive.append(client)
                except OSError:
                    client.close()
            clients = alive
            time.sleep(0.1)
        for client in clients:
            client.close()
    return run


ATTACKS = {
    "2,000 ranges of /metrics": by_many(range_bomb),
    "chunks of 1 MiB without end": by_many(chunked_bomb),
    "chunks of a byte without end": by_many(tiny_chunks),
    "gzip bombs": by_many(gzip_bomb),
    "100,000 headers": by_many(many_headers),
    "10,000 requests in one go": by_many(pipelining),
    "guessing passwords": by_many(guesses),
    "1,000 clients, slow heads": slow(b"GET /metrics HTTP/1.1\r\nX: ", b"x"),
    "1,000 clients, slow bodies": slow(
        head("GET", "/metrics", "Content-Length: 65536") + b"x" * 60_000, b"x"),
    "1,000 clients that do not read": slow(head("GET", "/metrics") * 50, b""),
}


def observe(klaxon):
    """What it looks like when nobody attacks: 20 answers of /metrics."""
    watch = Watch(klaxon)
    wait_for("answers of /metrics", lambda: len(watch.times) >= 20)
    watch.end()
    return watch


def measure(klaxon, seconds, judge_memory):
    print("| attack | RSS before | at most | after, MiB | /metrics p50, p99 ms before | during | after "
          "| not answered |")
    print("|---|---|---|---|---|---|---|---|")
    failures = []
    for name, attack in ATTACKS.items():
        quiet = observe(klaxon)
        before = klaxon.resident_mib()
        during = Watch(klaxon)
        attack(klaxon, seconds)
        during.end()
        after = observe(klaxon)
        latencies = " | ".join(f"{watch.percentile(0.5):.1f}, {watch.percentile(0.99):.1f}"
                               for watch in (quiet, during, after))
        wrong = quiet.wrong + during.wrong + after.wrong
        asked = quiet.asked + during.asked + after.asked
        print(f"| {name} | {before:.0f} | {during.most:.0f} | {klaxon.resident_mib():.0f} | {latencies} "
              f"| {len(wrong)} of {asked} |", flush=True)
        if 10 * len(wrong) > asked:
            failures.append(f"{name}: {len(wrong)} good requests failed, first {wrong[0]}")
        if not during.times:
            failures.append(f"{name}: /metrics was not answered once")
        if judge_memory and during.most - before > MOST_MIB:
            failures.append(f"{name}: {during.most - before:.0f} MiB more, over {MOST_MIB}")
    return failures


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("klaxon")
    options.add_argument("simulator")
    options.add_argument("sanitizers", nargs="?", default="")
    options.add_argument("--seconds", type=float, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ports = os.path.join(folder, "ports")
        simulator = subprocess.Popen([given.simulator, "--topics", "500", "--groups", "100",
                                      "--partitions-per-group", "50", "--port-file", ports],
                                     stdout=subprocess.DEVNULL)
        try:
            wait_for("the simulator", lambda: os.path.exists(ports) and os.path.getsize(ports))
            with open(ports, encoding="ascii") as file:
                klaxon = Klaxon(given.klaxon, file.read().strip(), folder)
            try:
                wait_for("lag", lambda: len(klaxon.get("/metrics")[1]) > 20_000)
                failures = measure(klaxon, given.seconds, not given.sanitizers)
                klaxon.process.terminate()
                if klaxon.process.wait(timeout=PATIENCE) != 0:
                    failures.append(f"klaxon exited with {klaxon.process.returncode}")
            finally:
                klaxon.process.kill()
        finally:
            simulator.terminate()
            simulator.wait()
    for failure in failures:
        print(f"hostile_http: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
