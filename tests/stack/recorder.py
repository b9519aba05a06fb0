#!/usr/bin/env python3
"""Scrapes /metrics again and again and checks what must hold at every moment, whatever happens to the cluster.

    recorder.py URL --seconds N [--interval S] [--produced LOG --limit S] [--keep FILE]

  * no lag is negative
  * no lag drops unless its group committed: with the same commit a lag can only grow, since a log's end does not go back
  * no log end goes back
  * no log end that is shown had been passed by the producer (its log: "TIME_MS TOPIC PARTITION OFFSET" a line) longer ago
    than the limit: a value that old must have left the page
  * every scrape is answered

Prints the violations and exits 1, or the figures of the scrapes and exits 0.
"""

import argparse
import bisect
import json
import os
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))

import metrics_page  # noqa: E402

END = "kafka_topic_partition_current_offset"
COMMIT = "kafka_consumergroup_current_offset"
LAG = "kafka_consumergroup_lag"
TIMEOUT = 5.0


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


class Recorder:
    """Scrapes in a thread of its own between start() and stop(); keeps every sample of the three families."""

    def __init__(self, url, interval=0.5):
        self._url = url
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder")
        self.scrapes = []  # (time of asking, {family: {labels: value}})
        self.durations = []  # seconds
        self.failures = []  # text

    def start(self):
        self._thread.start()
        return self

    def stop(self):
        """May be called again."""
        self._stopping.set()
        self._thread.join()

    def _run(self):
        while not self._stopping.is_set():
            self._scrape()
            self._stopping.wait(self._interval)

    def _scrape(self):
        asked, begun = time.time(), time.monotonic()
        try:
            text = metrics_page.fetch_text(self._url, TIMEOUT)
            self.durations.append(time.monotonic() - begun)
            page = metrics_page.parse(text)
        except (OSError, metrics_page.PageError) as error:
            self.failures.append(f"{asked:.3f}: {error}")
            return
        self.scrapes.append((asked, {name: page.samples.get(name, {}) for name in (END, COMMIT, LAG)}))

    def figures(self):
        times = self.durations
        return (
            f"{len(times)} scrapes, {len(self.failures)} failed; answered in p50 {percentile(times, 0.5) * 1000:.1f} ms, "
            f"p99 {percentile(times, 0.99) * 1000:.1f} ms, max {max(times, default=float('nan')) * 1000:.1f} ms"
        )

    def violations(self, produced=None, limit=None):
        """`produced`: {(topic, partition): [(time, offset)]} of acknowledged records, `limit` in seconds."""
        result = [f"scrape failed at {text}" for text in self.failures]
        last = {END: {}, COMMIT: {}, LAG: {}}
        for asked, families in self.scrapes:
            result += _negative(asked, families)
            result += _went_back(asked, families[END], last[END])
            result += _dropped(asked, families, last)
            if produced:
                result += _passed(asked, families[END], produced, limit)
            for name, rows in families.items():
                last[name].update(rows)
        return result


def _negative(asked, families):
    return [f"{asked:.3f}: negative lag {value:g} of {dict(key)}" for key, value in families[LAG].items() if value < 0]


def _went_back(asked, ends, last):
    return [
        f"{asked:.3f}: the end of {dict(key)} went back from {last[key]:g} to {value:g}"
        for key, value in ends.items()
        if value < last.get(key, value)
    ]


def _dropped(asked, families, last):
    result = []
    for key, lag in families[LAG].items():
        before = last[LAG].get(key)
        commit, commit_before = families[COMMIT].get(key), last[COMMIT].get(key)
        if before is not None and lag < before and commit == commit_before:
            result.append(f"{asked:.3f}: the lag of {dict(key)} dropped from {before:g} to {lag:g} without a commit (still at {commit})")
    return result


def _passed(asked, ends, produced, limit):
    result = []
    for key, end in ends.items():
        labels = dict(key)
        times, offsets = produced.get((labels["topic"], int(labels["partition"])), ([], []))
        acknowledged = bisect.bisect_right(times, asked - limit)
        if acknowledged and end <= offsets[acknowledged - 1]:
            age = asked - times[bisect.bisect_left(offsets, end)]
            result.append(f"{asked:.3f}: the end of {labels} is shown as {end:g}, which the producer passed {age:.1f} s before")
    return result


def read_produced(path):
    """{(topic, partition): ([times], [offsets])}, both ascending. The last line may be half written."""
    result = {}
    with open(path, encoding="utf-8") as file:
        for line in file.read().split("\n")[:-1]:
            at, topic, partition, offset = line.split()
            times, offsets = result.setdefault((topic, int(partition)), ([], []))
            times.append(int(at) / 1000)
            offsets.append(int(offset))
    return result


def _keep(recorder, path):
    with open(path, "w", encoding="utf-8") as file:
        for asked, families in recorder.scrapes:
            rows = {name: [[dict(key), value] for key, value in samples.items()] for name, samples in families.items()}
            file.write(json.dumps({"time": asked, **rows}) + "\n")


def main():
    parser = argparse.ArgumentParser(description="scrape /metrics and check what must always hold")
    parser.add_argument("url")
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--interval", type=float, default=0.5)
    parser.add_argument("--produced", help="log of 'kt traffic'")
    parser.add_argument("--limit", type=float, default=30, help="seconds after which a passed offset must be gone")
    parser.add_argument("--keep", help="write all samples to this file, one JSON object a scrape")
    options = parser.parse_args()
    recorder = Recorder(options.url, options.interval).start()
    time.sleep(options.seconds)
    recorder.stop()
    if options.keep:
        _keep(recorder, options.keep)
    produced = read_produced(options.produced) if options.produced else None
    violations = recorder.violations(produced, options.limit)
    print("\n".join(violations + [recorder.figures()]))
    return 1 if violations or not recorder.scrapes else 0


if __name__ == "__main__":
    sys.exit(main())
