"""The judges must be able to say no: diff.py, recorder.py and the page reader against pages made by hand."""

import os
import sys
import time
import unittest

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path[:0] = [HERE, os.path.join(HERE, "support")]

import diff  # noqa: E402
import metrics_page  # noqa: E402
import pager  # noqa: E402
import recorder  # noqa: E402
import steady  # noqa: E402

TRUTH = {
    "brokers": [{"id": 1}],
    "partitions": [{"topic": "t", "partition": 0, "leader": 1, "replicas": [2, 1], "isr": [1], "earliest": 2, "latest": 10}],
    "groups": [
        {"group": "g", "type": "Classic", "state": "Empty", "members": 0, "offsets": [{"topic": "t", "partition": 0, "offset": 7}]},
        {"group": "new", "type": "Consumer", "state": "Stable", "members": 2, "offsets": [{"topic": "t", "partition": 0, "offset": 12}]},
    ],
}

PARTITION = 'cluster="c",topic="t",partition="0"'
PAGE = f"""# HELP kafka_brokers Brokers
# TYPE kafka_brokers gauge
kafka_brokers{{cluster="c"}} 1
kafka_topic_partitions{{cluster="c",topic="t"}} 1
kafka_topic_partition_current_offset{{{PARTITION}}} 10
kafka_topic_partition_oldest_offset{{{PARTITION}}} 2
kafka_topic_partition_leader{{{PARTITION}}} 1
kafka_topic_partition_leaderless{{{PARTITION}}} 0
kafka_topic_partition_leader_is_preferred{{{PARTITION}}} 0
kafka_topic_partition_replicas{{{PARTITION}}} 2
kafka_topic_partition_in_sync_replica{{{PARTITION}}} 1
kafka_topic_partition_under_replicated_partition{{{PARTITION}}} 1
kafka_consumergroup_current_offset{{{PARTITION},consumergroup="g"}} 7
kafka_consumergroup_current_offset{{{PARTITION},consumergroup="new"}} 12
kafka_consumergroup_current_offset_sum{{cluster="c",topic="t",consumergroup="g"}} 7
kafka_consumergroup_current_offset_sum{{cluster="c",topic="t",consumergroup="new"}} 12
kafka_consumergroup_lag{{{PARTITION},consumergroup="g"}} 3
kafka_consumergroup_lag_sum{{cluster="c",topic="t",consumergroup="g"}} 3
kafka_consumergroup_lag_unknown{{cluster="c",topic="t",consumergroup="new",reason="beyond_end"}} 1
kafka_consumergroup_members{{cluster="c",consumergroup="g"}} 0
kafka_consumergroup_state{{cluster="c",consumergroup="g",state="Empty"}} 1
kafka_consumergroup_state{{cluster="c",consumergroup="g",state="Stable"}} 0
kafka_consumergroup_state{{cluster="c",consumergroup="new",state="Stable"}} 1
kafka_brokers{{cluster="another"}} 3
"""


def difference_kinds(text):
    return [line.split()[0] for line in diff.differences(metrics_page.parse(text), TRUTH, "c")]


class DiffTest(unittest.TestCase):
    def test_a_right_page_has_no_differences(self):
        self.assertEqual(diff.differences(metrics_page.parse(PAGE), TRUTH, "c"), [])

    def test_every_line_of_the_cluster_that_is_left_out_is_missed(self):
        for line in PAGE.splitlines():
            if line.startswith("#") or "another" in line or line.endswith('state="Stable"} 0'):
                continue
            with self.subTest(line):
                self.assertEqual(difference_kinds(PAGE.replace(line + "\n", "")), ["missing"])

    def test_every_value_that_is_wrong_is_different(self):
        for line in PAGE.splitlines():
            if line.startswith("#") or "another" in line or "_state" in line:
                continue
            with self.subTest(line):
                self.assertEqual(difference_kinds(PAGE.replace(line + "\n", line + "1\n")), ["different"])

    def test_what_cannot_be_known_is_extra(self):
        for extra in (
            f'kafka_consumergroup_lag{{{PARTITION},consumergroup="new"}} 0',
            f'kafka_consumergroup_lag{{{PARTITION},consumergroup="gone"}} 0',
            'kafka_consumergroup_members{cluster="c",consumergroup="new"} 2',
            'kafka_consumergroup_state{cluster="c",consumergroup="new",state="Empty"} 1',
        ):
            with self.subTest(extra):
                self.assertEqual(difference_kinds(PAGE + extra + "\n"), ["extra"])


class PageTest(unittest.TestCase):
    def test_labels_are_unescaped(self):
        page = metrics_page.parse('m{a="q\\"b\\\\n\\n"} 1\n')
        self.assertEqual(page.series("m"), [({"a": 'q"b\\n\n'}, 1.0)])

    def test_what_prometheus_refuses_is_an_error(self):
        for text in ("m 1", "m{a=1} 1\n", 'm{a="1} 1\n', 'm{a="1",a="2"} 1\n', "m 1\nm 2\n", "m\n", "m x\n", "9 1\n", 'm{a="\\x"} 1\n'):
            with self.subTest(text), self.assertRaises(metrics_page.PageError):
                metrics_page.parse(text)


def violations(scrapes, produced=None, limit=None):
    """`scrapes`: rows of (time, end, commit, lag) of one partition and group; None leaves a series out."""
    judge = recorder.Recorder("http://127.0.0.1:1/")
    end_key = frozenset({"topic": "t", "partition": "0"}.items())
    group_key = frozenset({"topic": "t", "partition": "0", "consumergroup": "g"}.items())
    for at, *values in scrapes:
        keys = (end_key, group_key, group_key)
        names = (recorder.END, recorder.COMMIT, recorder.LAG)
        judge.scrapes.append((at, {n: {k: v} if v is not None else {} for n, k, v in zip(names, keys, values)}))
    return judge.violations(produced, limit)


class RecorderTest(unittest.TestCase):
    def test_a_lag_that_grows_and_drops_by_a_commit_is_right(self):
        self.assertEqual(violations([(1, 10, 5, 5), (2, 12, 5, 7), (3, 12, 11, 1), (4, None, None, None), (5, 13, 11, 2)]), [])

    def test_wrong_sequences_are_found(self):
        cases = {
            "negative lag": [(1, 10, 11, -1)],
            "without a commit": [(1, 10, 5, 5), (2, 10, 5, 4)],
            "went back": [(1, 10, 5, 5), (2, 9, 6, 3)],
        }
        for text, scrapes in cases.items():
            with self.subTest(text):
                found = violations(scrapes)
                self.assertEqual(len(found), 1)
                self.assertIn(text, found[0])

    def test_a_gap_does_not_hide_a_drop(self):
        self.assertIn("without a commit", violations([(1, 10, 5, 5), (2, None, None, None), (3, 10, 5, 4)])[0])

    def test_an_end_that_the_producer_passed_longer_ago_than_the_limit_is_found(self):
        produced = {("t", 0): ([100.0, 101.0, 110.0], [0, 1, 2])}
        self.assertEqual(violations([(106, 2, None, None), (119, 2, None, None)], produced, 10), [])
        found = violations([(120.5, 2, None, None)], produced, 10)
        self.assertEqual(len(found), 1)
        self.assertIn("passed 10.5 s before", found[0])

    def test_a_failed_scrape_is_a_violation(self):
        judge = recorder.Recorder("http://127.0.0.1:1/metrics", interval=0.01).start()
        while not judge.failures:
            time.sleep(0.01)
        judge.stop()
        self.assertIn("scrape failed", judge.violations()[0])


class PagerTest(unittest.TestCase):
    def heard(self, *told):
        result = pager.Heard()
        for status, topic in told:
            result.take({"alerts": [{"status": status, "labels": {"alertname": "A", "topic": topic}, "annotations": {}, "startsAt": "", "endsAt": ""}]})
        return result

    def test_an_alert_that_comes_and_goes_twice_is_no_fault(self):
        heard = self.heard(("firing", "t"), ("firing", "u"), ("resolved", "t"), ("firing", "t"))
        self.assertEqual(heard.faults(), [])
        self.assertEqual([labels["topic"] for _, labels in heard.firing()], ["t", "u"])
        self.assertEqual([each.status for each in heard.news("A", topic="t")], ["firing", "resolved", "firing"])

    def test_a_second_page_and_an_end_without_a_beginning_are_faults(self):
        self.assertIn("as it was told before", self.heard(("firing", "t"), ("firing", "t")).faults()[0])
        self.assertIn("never told to fire", self.heard(("resolved", "t")).faults()[0])


class Pages:
    """An agent whose pages are written by hand."""

    url = "http://127.0.0.1:1"

    def metrics(self):
        return metrics_page.parse(PAGE)


class SteadyTest(unittest.TestCase):
    def gaps(self, text):
        watch = steady.Steady(Pages(), ["c"], interval=3600)
        watch.stop()
        watch._look(metrics_page.parse(text), "c")
        return watch.gaps

    def test_the_same_page_and_what_is_new_on_it_are_no_gap(self):
        self.assertEqual(self.gaps(PAGE), [])
        self.assertEqual(self.gaps(PAGE + 'kafka_controller_id{cluster="c"} 1\n'), [])

    def test_a_series_that_leaves_is_a_gap(self):
        self.assertIn("kafka_consumergroup_lag", self.gaps(PAGE.replace(f'kafka_consumergroup_lag{{{PARTITION},consumergroup="g"}} 3\n', ""))[0])

    def test_a_problem_of_this_cluster_is_a_gap(self):
        problem = 'klaxon_collector_problem{{cluster="{}",scope="metadata",reason="unauthorized"}} 1\n'
        self.assertEqual(self.gaps(PAGE + problem.format("another")), [])
        self.assertIn("unauthorized", self.gaps(PAGE + problem.format("c"))[0])


if __name__ == "__main__":
    unittest.main()
