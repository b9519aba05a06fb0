"""Watches /metrics for gaps: from the first look on every scrape must show the same series of some families, and no problem."""

import threading
import time

import metrics_page
from scenario import check, note

FAMILIES = ("kafka_brokers", "kafka_broker_up", "kafka_controller_id", "kafka_topic_partition_leader", "kafka_topic_partition_current_offset",
            "kafka_consumergroup_lag", "kafka_consumergroup_members")


def _keys(page, cluster):
    return {(name, key) for name in FAMILIES for key in page.samples.get(name, {}) if ("cluster", cluster) in key}


class Steady:
    """Scrapes in a thread of its own until stop(). `problems`: whether a problem of a poll counts as a gap, too."""

    def __init__(self, agent, clusters, problems=True, interval=0.2):
        self._url, self._clusters, self._problems, self._interval = agent.url + "/metrics", clusters, problems, interval
        page = agent.metrics()
        self._first = {cluster: _keys(page, cluster) for cluster in clusters}
        self.scrapes = 0
        self.gaps = []
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self):
        while not self._end.wait(self._interval):
            try:
                page = metrics_page.fetch(self._url)
            except (OSError, metrics_page.PageError) as error:
                self.gaps.append(f"{time.strftime('%H:%M:%S')} scrape failed: {error}")
                continue
            self.scrapes += 1
            for cluster in self._clusters:
                self._look(page, cluster)

    def _look(self, page, cluster):
        missing = self._first[cluster] - _keys(page, cluster)
        told = [dict(key) for key in page.samples.get("klaxon_collector_problem", {}) if ("cluster", cluster) in key] if self._problems else []
        if missing:
            name, key = min(missing, key=lambda pair: (pair[0], sorted(pair[1])))
            self.gaps.append(f"{time.strftime('%H:%M:%S')} {cluster}: {len(missing)} series are missing, such as {name}{sorted(key)}")
        for labels in told:
            self.gaps.append(f"{time.strftime('%H:%M:%S')} {cluster}: problem with {labels['scope']}: {labels['reason']}")

    def stop(self):
        """May be called again."""
        self._end.set()
        self._thread.join()

    def judge(self):
        self.stop()
        count = sum(len(keys) for keys in self._first.values())
        note(f"{self.scrapes} scrapes of {count} series each")
        check(count and self.scrapes > 10, "there was something to watch")
        check(not self.gaps, "no scrape had a gap" if not self.gaps else f"{len(self.gaps)} gaps, such as: {'; '.join(self.gaps[:4])}")
