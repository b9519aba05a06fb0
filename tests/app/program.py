"""The program as a process: how tests start it, ask it and wait for it."""

import base64
import os
import re
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

KLAXON, SIMULATOR = "", ""  # the programs; set by the script that was started
PATIENCE = 60  # seconds; a busy machine with sanitizers is slow, a hang is forever


def wait_for(what, condition):
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError(f"{what} did not come within {PATIENCE} s")


def content(path):
    with open(path, encoding="ascii") as file:
        return file.read().strip()


class Running:
    """A klaxon that was started and has said where it listens."""

    def __init__(self, *arguments, **options):
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [KLAXON, "run", "--listen", "127.0.0.1:0", *arguments],
            stdout=subprocess.PIPE, stderr=self.log, text=True, **options)
        line = self.process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found, f"klaxon said {line!r}"
        self.url = found.group(0)

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            return answer.read().decode()

    def ask(self, path, login="", body=None, method=None, headers=None):
        """Status and text of the answer, whatever the status. `login`: "user:password"; `body`: bytes."""
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=headers or {})
        if login:
            request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def metrics(self):
        return self.get("metrics")

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def count(self, what):
        return len(os.listdir(f"/proc/{self.process.pid}/{what}"))

    def resident_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def end(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.log.close()
