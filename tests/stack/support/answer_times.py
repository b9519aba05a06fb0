"""How long Connect's workers take to answer, measured all along by one thread a worker."""

import statistics
import threading
import time
import urllib.request
from dataclasses import dataclass


@dataclass
class Answered:
    at: float  # Unix time
    path: str
    took: float  # seconds; of one that did not answer: until it was given up
    failed: str = ""


class AnswerTimes:
    """Asks each worker for one path after the other."""

    def __init__(self, urls, paths, pause=0.25, limit=15.0):
        self.answers = []
        self._paths, self._pause, self._limit = paths, pause, limit
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(url,), daemon=True) for url in urls]
        for thread in self._threads:
            thread.start()

    def end(self):
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def table(self, periods):
        """Rows of (period, path, how many, median, worst, failures); `periods`: (name, begun, ended)."""
        rows = []
        for name, begun, ended in periods:
            for path in self._paths:
                some = [each for each in self.answers if each.path == path and begun <= each.at < ended]
                took = [each.took for each in some] or [float("nan")]
                rows.append((name, path, len(some), statistics.median(took), max(took), sum(bool(each.failed) for each in some)))
        return rows

    def _run(self, url):
        turn = 0
        while not self._stop.wait(self._pause):
            path = self._paths[turn % len(self._paths)]
            turn += 1
            at, begun, failed = time.time(), time.monotonic(), ""
            try:
                with urllib.request.urlopen(url + path, timeout=self._limit) as answer:
                    answer.read()
            except OSError as error:
                failed = str(error)
            self.answers.append(Answered(at, path, time.monotonic() - begun, failed))
