#!/usr/bin/env python3
"""Users, /-/reload, the audit log and the web configuration of the program as a process.

    access_process_test.py KLAXON
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

import program
from program import PATIENCE, Running, wait_for

# "viewer-pw" and "admin-pw", of cost 4.
VIEWER = "$2b$04$abcdefghijklmnopqrstuuA245UVMHz5x2Tyo8uuUX5..AF.t3JBe"
ADMIN = "$2b$04$abcdefghijklmnopqrstuunjjXVilITTjGtFH/emy.ACeBYJBzOuG"


class AccessTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.web({"viewer": VIEWER, "admin": ADMIN})
        self.config()
        self.audit = os.path.join(self.folder.name, "audit.jsonl")

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        return path

    def web(self, users):
        self.write("web.yml", "basic_auth_users:\n" +
                   "".join(f"  {name}: '{bcrypt}'\n" for name, bcrypt in users.items()))

    def config(self, interval="1s"):
        # Nothing answers on port 1: a cluster that is down is still a configuration.
        return self.write("klaxon.yaml", f"""
listen: 127.0.0.1:0
web: {{config_file: web.yml, roles: {{admin: admin}}}}
audit: {{file: audit.jsonl}}
clusters: [{{name: main, kafka: {{bootstrap.servers: '127.0.0.1:1', interval: {interval}}}}}]
""")

    def start(self):
        running = Running("--config", os.path.join(self.folder.name, "klaxon.yaml"))
        self.addCleanup(running.kill)
        return running

    def ask(self, running, path, login="", post=False, **headers):
        return running.ask(path, login, b"" if post else None, headers=headers)

    def reload(self, running, login="", **headers):
        return self.ask(running, "-/reload", login, post=True, **headers)

    def test_an_admin_reloads_and_nobody_else_does(self):
        running = self.start()
        self.assertEqual(self.reload(running, "admin:admin-pw"), (200, "reloaded: 1 sources\n"))
        self.config("10x")
        status, told = self.reload(running, "admin:admin-pw")
        self.assertEqual(status, 500)
        self.assertIn("the old configuration stays", told)
        self.assertIn("clusters[0].kafka.interval", told)
        self.assertEqual(self.reload(running, "viewer:viewer-pw")[0], 403)
        self.assertEqual(self.reload(running, "admin:wrong")[0], 401)
        self.assertEqual(self.reload(running)[0], 401)
        cross = {"Sec-Fetch-Site": "cross-site"}
        self.assertEqual(self.reload(running, "admin:admin-pw", **cross)[0], 403)
        self.assertEqual(running.end(), 0)

        with open(self.audit, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        self.assertEqual([(line["user"], line["status"]) for line in lines],
                         [("admin", 200), ("admin", 500), ("viewer", 403), ("", 401), ("", 401),
                          ("admin", 403)])
        self.assertEqual({line["action"] for line in lines}, {"POST /-/reload"})
        self.assertEqual({line["address"] for line in lines}, {"127.0.0.1"})
        self.assertEqual(lines[3]["claimed_user"], "admin")
        self.assertEqual(os.stat(self.audit).st_mode & 0o777, 0o600)

    def test_roles_change_with_a_reload_by_an_admin(self):
        running = self.start()
        self.assertEqual(self.reload(running, "viewer:viewer-pw")[0], 403)
        with open(os.path.join(self.folder.name, "klaxon.yaml"), encoding="utf-8") as file:
            text = file.read()
        self.write("klaxon.yaml", text.replace("admin: admin", "admin: admin, viewer: admin"))
        self.assertEqual(self.reload(running, "admin:admin-pw")[0], 200)
        self.assertEqual(self.reload(running, "viewer:viewer-pw")[0], 200)

    def test_users_change_without_a_restart_and_a_mistake_keeps_the_old_ones(self):
        running = self.start()
        self.assertEqual(self.ask(running, "metrics", "viewer:viewer-pw")[0], 200)
        self.assertEqual(self.ask(running, "metrics")[0], 401)
        self.assertEqual(self.ask(running, "-/healthy")[0], 200)
        self.web({"viewer": ADMIN, "admin": ADMIN})  # another password
        wait_for("the new password", lambda: "web.yml: read again" in running.said())
        self.assertEqual(self.ask(running, "metrics", "viewer:admin-pw")[0], 200)
        self.assertEqual(self.ask(running, "metrics", "viewer:viewer-pw")[0], 401)
        self.web({"viewer": "plain text"})
        failed = "klaxon_web_config_last_reload_successful 0\n"
        wait_for("the mistake", lambda: failed in self.ask(running, "metrics", "admin:admin-pw")[1])
        self.assertIn("basic_auth_users.viewer: expected the bcrypt hash", running.said())
        self.web({"admin": ADMIN, "viewer": VIEWER})
        wait_for("the mended file", lambda: running.said().count("web.yml: read again") == 2)
        self.assertEqual(self.ask(running, "metrics", "viewer:viewer-pw")[0], 200)
        wait_for("the word that all is well", lambda: failed not in self.ask(
            running, "metrics", "admin:admin-pw")[1])

    def test_an_emptied_file_opens_nothing_even_with_a_reload(self):
        running = self.start()
        self.write("web.yml", "")
        failed = "klaxon_web_config_last_reload_successful 0\n"
        wait_for("the refusal", lambda: failed in self.ask(running, "metrics", "admin:admin-pw")[1])
        self.assertIn("restart Klaxon to open it", running.said())
        status, told = self.reload(running, "admin:admin-pw")
        self.assertEqual(status, 500)
        self.assertIn("restart Klaxon to open it", told)
        self.assertEqual(self.ask(running, "metrics")[0], 401)
        self.assertIn(failed, self.ask(running, "metrics", "admin:admin-pw")[1])

    def test_a_deleted_user_is_out_though_a_role_names_it(self):
        running = self.start()
        self.assertEqual(self.reload(running, "admin:admin-pw")[0], 200)
        self.web({"viewer": VIEWER})
        wait_for("the deletion", lambda: self.reload(running, "admin:admin-pw")[0] == 401)
        self.assertIn('web.roles: no user "admin" in', running.said())
        self.assertEqual(self.ask(running, "metrics", "viewer:viewer-pw")[0], 200)

    def test_a_wrong_web_configuration_does_not_start(self):
        self.web({"viewer": "plain text"})
        for command in ("run", "check"):
            option = ["--config"] if command == "run" else []
            told = subprocess.run(
                [program.KLAXON, command, *option, self.config()], capture_output=True,
                text=True, timeout=PATIENCE, check=False)
            self.assertEqual(told.returncode, 2)
            self.assertIn("web.yml:2: basic_auth_users.viewer: expected the bcrypt", told.stderr)
            self.assertNotIn("plain text", told.stderr)


if __name__ == "__main__":
    program.KLAXON = sys.argv[1]
    unittest.main(argv=sys.argv[:1])
