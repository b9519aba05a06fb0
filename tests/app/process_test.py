#!/usr/bin/env python3
"""The program as a process: exit codes, signals, reloads. Against the simulator.

    process_test.py KLAXON KLAXON_SIMULATOR [SANITIZERS]

SANITIZERS names those that the two were built with, if any.
"""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import program
from program import PATIENCE, Running, content, wait_for

SANITIZERS = ""


class ProcessTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        ports = os.path.join(cls.folder.name, "ports")
        cls.simulator = subprocess.Popen(
            [program.SIMULATOR, "--brokers", "3", "--topics", "50", "--groups", "20", "--port-file", ports],
            stdout=subprocess.DEVNULL)
        wait_for("the simulator", lambda: os.path.exists(ports) and content(ports))
        cls.bootstrap = content(ports)

    @classmethod
    def tearDownClass(cls):
        cls.simulator.terminate()
        cls.simulator.wait()
        cls.folder.cleanup()

    def start(self, *arguments, pass_fds=()):
        running = Running(*arguments, pass_fds=pass_fds)
        self.addCleanup(running.kill)
        return running

    def config(self, interval="1s", extra=""):
        path = os.path.join(self.folder.name, "klaxon.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"listen: 127.0.0.1:0\n{extra}clusters:\n- name: main\n  kafka:\n"
                       f"    bootstrap.servers: '{self.bootstrap}'\n    interval: {interval}\n")
        return path

    def test_a_stop_under_load_exits_0_soon(self):
        running = self.start("--bootstrap", self.bootstrap, "--interval", "1s")
        wait_for("lag", lambda: "kafka_consumergroup_lag{" in running.metrics())
        stop = threading.Event()

        def scrape():
            while not stop.is_set():
                try:
                    running.metrics()
                except OSError:
                    pass  # it is going away

        scrapers = [threading.Thread(target=scrape) for _ in range(8)]
        for scraper in scrapers:
            scraper.start()
        begin = time.monotonic()
        code = running.end()
        took = time.monotonic() - begin
        stop.set()
        for scraper in scrapers:
            scraper.join()
        print(f"SIGTERM under load: exit {code} after {took:.2f} s", file=sys.stderr)
        self.assertEqual(code, 0)
        self.assertLess(took, 10)

    def test_an_interrupt_exits_0(self):
        self.assertEqual(self.start("--bootstrap", self.bootstrap).end(signal.SIGINT), 0)

    def test_a_cluster_that_does_not_answer_is_named_and_stops_nothing(self):
        running = self.start("--bootstrap", "127.0.0.1:1", "--interval", "1s")
        wait_for("the reason", lambda: "refused" in running.said())
        wait_for("its metrics", lambda: "klaxon_collector_up" in running.metrics())
        self.assertEqual(running.end(), 0)

    def test_a_broken_configuration_exits_2_with_every_mistake(self):
        path = self.config("10x", "listne: ':1'\n")
        told = subprocess.run([program.KLAXON, "run", "--config", path], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(told.returncode, 2)
        self.assertIn("klaxon.yaml:2: listne: unknown key; did you mean \"listen\"?", told.stderr)
        self.assertIn("klaxon.yaml:7: clusters[0].kafka.interval", told.stderr)

    def test_a_taken_port_exits_1_with_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            told = subprocess.run(
                [program.KLAXON, "run", "--bootstrap", self.bootstrap, "--listen", f"127.0.0.1:{port}"],
                capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(told.returncode, 1)
        self.assertEqual(len(told.stderr.splitlines()), 1)
        self.assertIn("already in use", told.stderr)

    def test_wrong_words_on_the_command_line_exit_2(self):
        told = subprocess.run([program.KLAXON, "lga"], capture_output=True, text=True, timeout=PATIENCE,
                              check=False)
        self.assertIn('no command "lga"; did you mean "lag"?', told.stderr)
        for arguments in ([], ["rnu"], ["run"], ["run", "--bootstrap", "a:b"],
                          ["run", "--bootstrap", "a:1", "--interval", "soon"], ["check"]):
            told = subprocess.run([program.KLAXON, *arguments], capture_output=True, text=True,
                                  timeout=PATIENCE, check=False)
            self.assertEqual(told.returncode, 2, arguments)
            self.assertTrue(told.stderr.strip(), arguments)

    def test_an_offset_that_is_none_is_told_with_those_that_are(self):
        told = subprocess.run([program.KLAXON, "decode", "-b", "a:1", "-t", "orders", "-p", "0", "-o", "-5"],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(told.returncode, 2)
        self.assertIn("a number of 0 or more", told.stderr)

    def doctor(self, *arguments):
        told = subprocess.run([program.KLAXON, "doctor", *arguments], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        return told.returncode, told.stdout, told.stderr

    def test_the_journal_of_recovery_is_read_or_said_to_be_missing(self):
        for arguments, code, words in ((["log", "--state", "/nonexistent"], 1, "/nonexistent/klaxon.db"),
                                       (["explain", "orders"], 2, "--state DIR")):
            told = subprocess.run([program.KLAXON, "recovery", *arguments], capture_output=True, text=True,
                                  timeout=PATIENCE, check=False)
            self.assertEqual((told.returncode, told.stdout), (code, ""))
            self.assertIn(words, told.stderr)

    def test_the_doctor_finds_nothing_wrong_with_a_cluster_that_is_well(self):
        code, out, err = self.doctor("--bootstrap", self.bootstrap)
        self.assertEqual(code, 0, out + err)
        self.assertTrue(out.endswith("Nothing is wrong.\n"), out)

    def test_the_doctor_exits_1_and_says_what_is_bad(self):
        code, out, _ = self.doctor("--bootstrap", self.bootstrap + ",127.0.0.1:1")
        self.assertEqual(code, 1)
        self.assertRegex(out, r"bad +connection +127\.0\.0\.1:1: connection refused")

    def test_the_doctor_answers_programs_in_json(self):
        code, out, _ = self.doctor("--json", "--bootstrap", "klaxon.invalid:9092")
        self.assertEqual(code, 1)
        cluster = json.loads(out)["clusters"][0]
        self.assertFalse(cluster["good"])
        self.assertIn(("name", "bad"), [(f["step"], f["outcome"]) for f in cluster["findings"]])

    def test_the_doctor_looks_at_everything_that_is_configured(self):
        code, out, _ = self.doctor("--connect", "http://127.0.0.1:1")
        self.assertEqual(code, 1, out)
        self.assertRegex(out, r"bad +answers +connect/[^:]*: .*refused")
        code, out, _ = self.doctor("--bootstrap", self.bootstrap, "--registry", "http://127.0.0.1:1")
        self.assertEqual(code, 1, out)
        self.assertRegex(out, r"bad +answers +schema_registry/[^:]*: .*refused")
        self.assertIn("  ok       connection", out)

    def test_the_doctor_tells_programs_of_a_configuration_it_cannot_use(self):
        for arguments, words in ((["--bootstrap", "host:0"], "bootstrap.servers"),
                                 (["--config", "/nowhere.yaml"], "/nowhere.yaml")):
            code, out, _ = self.doctor("--json", *arguments)
            self.assertEqual(code, 2, arguments)
            told = json.loads(out)
            self.assertEqual(told["clusters"], [])
            self.assertIn(words, told["mistakes"][0])

    def test_output_that_cannot_be_written_exits_1(self):
        for arguments in (["metrics"], ["metrics", "--json"], ["lag", "-b", self.bootstrap]):
            with open("/dev/full", "w", encoding="ascii") as full:
                told = subprocess.run([program.KLAXON, *arguments], stdout=full, stderr=subprocess.PIPE,
                                      text=True, timeout=PATIENCE, check=False)
            self.assertEqual(told.returncode, 1, told.stderr)

    def test_a_reload_that_is_broken_keeps_the_old_configuration(self):
        running = self.start("--config", self.config())
        wait_for("lag", lambda: "kafka_consumergroup_lag{" in running.metrics())
        self.config("10x")
        running.process.send_signal(signal.SIGHUP)
        wait_for("the failed reload", lambda: "klaxon_config_last_reload_successful 0" in running.metrics())
        self.assertIn("clusters[0].kafka.interval", running.said())
        self.assertIn("kafka_consumergroup_lag{", running.metrics())
        self.config("2s")
        running.process.send_signal(signal.SIGHUP)
        wait_for("the mended one", lambda: re.search(
            r"klaxon_collector_interval_seconds\{[^}]*\} 2\n", running.metrics()))
        self.assertIn("klaxon_config_last_reload_successful 1", running.metrics())

    def rules(self, text):
        path = os.path.join(self.folder.name, "rules.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write("groups:\n- name: brokers\n  interval: 1s\n  rules:\n" + text)
        return path

    def explain(self, running, rule):
        return subprocess.run([program.KLAXON, "rules", "explain", rule, "--url", running.url],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)

    def test_a_mistake_in_a_rule_file_keeps_the_old_rules(self):
        path = self.rules("  - {alert: FewBrokers, expr: kafka_brokers < 4}\n")
        running = self.start("--config", self.config(extra=f"alerts: {{rule_files: [{path}]}}\n"))
        wait_for("the alert", lambda: 'klaxon_alerts{alertstate="firing"} 1' in running.metrics())
        self.rules("  - {alert: ManyBrokers, expr: kafka_brokers > }\n")
        running.process.send_signal(signal.SIGHUP)
        wait_for("the failed reload", lambda: "klaxon_rules_outdated 1" in running.metrics())
        self.assertIn("klaxon_config_last_reload_successful 0", running.metrics())
        where = f"{path}:5:"
        self.assertIn(where, running.said())
        self.assertIn(where, running.get(""))
        self.assertEqual(running.get("-/ready"), "ready\n")
        self.assertIn('"FewBrokers"', running.get("api/v1/rules"))
        self.assertIn('klaxon_alerts{alertstate="firing"} 1', running.metrics())
        self.rules("  - {alert: ManyBrokers, expr: kafka_brokers > 2}\n")
        running.process.send_signal(signal.SIGHUP)
        wait_for("the mended one", lambda: "klaxon_rules_outdated 0" in running.metrics())
        wait_for("the new rules", lambda: '"ManyBrokers"' in running.get("api/v1/rules"))

    def test_a_rule_is_explained_by_the_agent_that_runs(self):
        path = self.rules("  - {alert: FewBrokers, expr: kafka_brokers < 4}\n")
        running = self.start("--config", self.config(extra=f"alerts: {{rule_files: [{path}]}}\n"))
        wait_for("the alert", lambda: 'klaxon_alerts{alertstate="firing"} 1' in running.metrics())
        told = self.explain(running, "FewBrokers")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn(f"Alert FewBrokers, of group brokers in {path}\n", told.stdout)
        self.assertIn('  kafka_brokers < 4\n    = 1 series\n', told.stdout)
        self.assertIn('kafka_brokers{cluster="main"}  3\n', told.stdout)
        self.assertIn("    firing since ", told.stdout)
        told = self.explain(running, "fewbrokers")
        self.assertEqual((told.returncode, told.stdout), (1, ""))
        self.assertIn('there is no rule "fewbrokers"; near are: FewBrokers', told.stderr)
        self.assertEqual(running.end(), 0)
        told = self.explain(running, "FewBrokers")
        self.assertEqual(told.returncode, 1)
        self.assertIn("does a Klaxon run there? --url says where", told.stderr)

    def test_a_java_clients_file_serves_lag_run_and_reload(self):
        path = os.path.join(self.folder.name, "client.properties")

        def write(more):
            with open(path, "w", encoding="utf-8") as file:
                file.write(f"bootstrap.servers={self.bootstrap}\nacks=all\n{more}")

        write("security.protocol=PLAINTEXT\n")
        told = subprocess.run([program.KLAXON, "lag", "--command-config", path], capture_output=True,
                              text=True, timeout=PATIENCE, check=False)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("20 groups", told.stdout)
        self.assertIn("without effect: acks", told.stderr)
        running = self.start("--command-config", path, "--interval", "1s")
        wait_for("lag", lambda: "kafka_consumergroup_lag{" in running.metrics())
        write("security.protocol=SASL_SSL\nsasl.mechanism=PLAIN\nsasl.jaas.config=a.PlainLoginModule "
              "required username='u' password=hunter2 x;\n")
        running.process.send_signal(signal.SIGHUP)
        wait_for("the failed reload", lambda: f"{path}:5: sasl.jaas.config" in running.said())
        self.assertNotIn("hunter2", running.said())
        write("client.id=another\n")
        running.process.send_signal(signal.SIGHUP)
        wait_for("the mended one", lambda: 'reloads_total{result="succeeded"} 1' in running.metrics())
        wait_for("lag", lambda: "kafka_consumergroup_lag{" in running.metrics())

    def test_a_pipe_serves_once_and_is_never_taken_for_plain_text(self):
        out, into = os.pipe()
        self.addCleanup(os.close, out)
        os.write(into, f"bootstrap.servers={self.bootstrap}\nclient.id=piped\n".encode())
        os.close(into)
        running = self.start("--bootstrap", self.bootstrap, "--interval", "1s",
                             "--command-config", f"/dev/fd/{out}", pass_fds=(out,))
        wait_for("lag", lambda: "kafka_consumergroup_lag{" in running.metrics())
        running.process.send_signal(signal.SIGHUP)
        wait_for("the failed reload", lambda: "klaxon_config_last_reload_successful 0" in running.metrics())
        self.assertIn("an empty pipe; it gives what is in it only once", running.said())
        self.assertEqual(running.end(), 0)

    def test_named_pipes_in_place_of_files_hang_nothing(self):
        pipe = os.path.join(self.folder.name, "pipe")
        os.mkfifo(pipe)
        secret = self.config(extra="log: {level: info}\n")
        with open(secret, "a", encoding="utf-8") as file:
            file.write("    security.protocol: SASL_SSL\n    sasl.mechanism: PLAIN\n"
                       f"    sasl.username: u\n    sasl.password_file: {pipe}\n")
        for arguments in (["check", pipe], ["check", secret], ["run", "--config", pipe],
                          ["doctor", "--bootstrap", "a:1", "--command-config", pipe]):
            told = subprocess.run([program.KLAXON, *arguments], capture_output=True, text=True,
                                  timeout=PATIENCE, check=False)
            self.assertEqual(told.returncode, 2, arguments)
            self.assertIn("it is a named pipe; give a regular file", told.stderr)

    def test_two_hundred_reloads_leak_nothing(self):
        running = self.start("--config", self.config("1s"))
        wait_for("lag", lambda: "kafka_consumergroup_lag{" in running.metrics())

        def reload(times, done_before):
            for i in range(times):
                self.config("1s" if i % 2 else "2s")
                running.process.send_signal(signal.SIGHUP)
                wait_for("the reload", lambda i=i: f'klaxon_config_reloads_total{{result="succeeded"}} '
                         f'{done_before + i + 1}\n' in running.metrics())

        reload(50, 0)  # what is made on first use is there now
        before = running.count("fd"), running.count("task"), running.resident_kib()
        reload(200, 50)
        after = running.count("fd"), running.count("task"), running.resident_kib()
        print(f"200 reloads: descriptors, threads, KiB {before} -> {after}", file=sys.stderr)
        # Connections and threads of the newest reload come and go; a leak would be two hundred.
        self.assertLess(after[0], before[0] + 20)
        self.assertLess(after[1], before[1] + 10)
        if not SANITIZERS:  # they keep freed memory for a while, and find leaks by themselves
            self.assertLess(after[2], before[2] + 16 * 1024)


if __name__ == "__main__":
    program.KLAXON, program.SIMULATOR, SANITIZERS = [*sys.argv[1:], ""][:3]
    unittest.main(argv=sys.argv[:1])
