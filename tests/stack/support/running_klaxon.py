"""A running klaxon: started, asked, ended."""

import contextlib
import os
import re
import signal
import subprocess
import time
import urllib.error
import urllib.request

import metrics_page

_ADDRESS = re.compile(r"^Klaxon .* is at (http://127\.0\.0\.1:\d+)/", re.MULTILINE)
START_LIMIT = 30.0
# A SIGTERM is obeyed within 3 s; on a loaded machine the check leaves room and the figure is printed.
END_LIMIT = 15.0


class KlaxonError(Exception):
    """The program did not do what it must; the text says what, with the end of its log."""


class Klaxon:
    def __init__(self, binary, log, arguments, verb="run"):
        self.log_path = log
        self.url = None
        with open(log, "w", encoding="utf-8") as file:
            command = [binary, verb, "--listen", "127.0.0.1:0", *arguments]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def _error(self, text):
        tail = "\n".join("    " + line for line in self.log().splitlines()[-15:])
        return KlaxonError(f"{text}; last lines of {self.log_path}:\n{tail}")

    def await_address(self):
        deadline = time.monotonic() + START_LIMIT
        while self.url is None:
            found = _ADDRESS.search(self.log())
            if found:
                self.url = found[1]
            elif self.process.poll() is not None:
                raise self._error(f"klaxon ended with {self.process.returncode} before it listened")
            elif time.monotonic() > deadline:
                raise self._error(f"klaxon printed no address within {START_LIMIT:g} s")
            else:
                time.sleep(0.05)

    def metrics(self, timeout=10.0):
        try:
            return metrics_page.fetch(self.url + "/metrics", timeout)
        except (OSError, metrics_page.PageError) as error:
            raise self._error(f"/metrics: {error}") from error

    def get(self, path, timeout=10.0):
        """(status, text) of a page."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=timeout) as answer:
                return answer.status, answer.read().decode("utf-8")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")
        except OSError as error:
            raise self._error(f"{path}: {error}") from error

    def resident_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024

    def terminate(self):
        """SIGTERM, and the checks that belong to it. Returns the seconds until the program had ended."""
        if self.process.poll() is not None:
            raise self._error(f"klaxon had ended by itself with {self.process.returncode}")
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(END_LIMIT)
        except subprocess.TimeoutExpired as error:
            raise self._error(f"klaxon still ran {END_LIMIT:g} s after SIGTERM") from error
        if code != 0:
            raise self._error(f"klaxon ended with {code} after SIGTERM, not 0")
        return time.monotonic() - begun

    def end(self):
        """For the clean-up: whatever the state, it does not run afterwards."""
        with contextlib.suppress(ProcessLookupError):
            if self.process.poll() is None:
                os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
