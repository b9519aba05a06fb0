#!/usr/bin/env python3
"""Silences, set over the API, by `klaxon silence` and by amtool: the program as a process.

    silences_process_test.py KLAXON

Debian's amtool is the judge of how the API is used. 77: it is not there.
"""

import datetime
import json
import os
import signal
import subprocess

import alerts_scene
from alerts_scene import OPERATOR, Scene
from program import PATIENCE


def amtool():
    cache = os.environ.get("KLAXON_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "klaxon")
    return alerts_scene.find(os.path.join(cache, "stack", "alertmanager", "amtool"), "Debian's amtool")


class SilencesTest(Scene):
    def amtool(self, running, *words, login=OPERATOR):
        url = running.url.replace("http://", f"http://{login}@")
        told = subprocess.run([amtool(), "--alertmanager.url=" + url, *words], capture_output=True,
                              text=True, timeout=PATIENCE, check=False,
                              env={**os.environ, "HOME": self.folder.name})
        self.assertEqual(told.returncode, 0, told.stderr + told.stdout)
        return told.stdout

    def silence(self, **changes):
        now = datetime.datetime.utcnow()
        return {"matchers": [{"name": "alertname", "value": "Stuck", "isRegex": False, "isEqual": True}],
                "startsAt": now.isoformat() + "Z",
                "endsAt": (now + datetime.timedelta(hours=1)).isoformat() + "Z",
                "createdBy": "operator", "comment": "a test", **changes}

    def test_only_an_operator_silences_and_that_is_audited(self):
        running = self.start()
        for method, path, body in (("POST", "api/v2/silences", self.silence()),
                                   ("DELETE", "api/v2/silence/x", None)):
            self.assertEqual(self.ask(running, method, path, "", body)[0], 401)
            self.assertEqual(self.ask(running, method, path, "operator:wrong", body)[0], 401)
            self.assertEqual(self.ask(running, method, path, "viewer:viewer-pw", body)[0], 403)
        code, _, err = self.klaxon(running, "add", "Stuck", "--comment", "x", user="viewer",
                                   password="viewer-pw")
        self.assertEqual((code, "403" in err), (1, True), err)
        code, _, err = self.klaxon(running, "list", password="wrong")
        self.assertEqual((code, "--password-file" in err), (1, True), err)
        status, told = self.ask(running, "POST", "api/v2/silences", OPERATOR, self.silence())
        self.assertEqual(status, 200, told)
        silences = self.ask(running, "GET", "api/v2/silences", "viewer:viewer-pw")[1]
        self.assertEqual([each["id"] for each in silences], [told["silenceID"]])
        status, _ = self.ask(running, "DELETE", "api/v2/silence/" + told["silenceID"], OPERATOR)
        self.assertEqual(status, 200)
        with open(self.path("audit.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        changed = [(line["user"], line["action"], line["status"]) for line in lines if line["status"] < 400]
        self.assertEqual(changed, [
            ("operator", "POST /api/v2/silences", 200),
            ("operator", f"DELETE /api/v2/silence/{told['silenceID']}", 200)])

    def test_what_is_wrong_with_a_silence_is_named(self):
        running = self.start()
        matcher = self.silence()["matchers"][0]
        past = "2020-01-01T00:00:00Z"
        for body, words in (
                (self.silence(matchers=[]), "at least one matcher"),
                (self.silence(matchers=[{**matcher, "isRegex": True, "value": ".*"}]), "everything"),
                (self.silence(matchers=[{**matcher, "value": ""}]), "everything"),
                (self.silence(matchers=[{**matcher, "isRegex": True, "value": "("}]), "("),
                (self.silence(matchers=[{**matcher, "name": ""}]), "name"),
                (self.silence(matchers=[{**matcher, "isReqex": True}]), "isReqex"),
                (self.silence(matchers="Stuck"), "list"),
                (self.silence(matchers=[matcher] * 51), "50"),
                (self.silence(startsAt="2037-01-01T00:00:00Z"), "after it starts"),
                (self.silence(endsAt=past, startsAt="2019-01-01T00:00:00Z"), "past"),
                (self.silence(endsAt="tomorrow"), "endsAt"),
                (self.silence(comment=" "), "comment"),
                (self.silence(comment="x" * 3000), "2000"),
                (self.silence(comment=7), "comment"),
                ([], "object"), (b"{", "JSON"), (b"[" * 60000, "JSON"), (b"\xff", "JSON")):
            status, told = self.ask(running, "POST", "api/v2/silences", OPERATOR, body)
            self.assertEqual(status, 400, (body, told))
            self.assertIn(words, told)
        status, told = self.ask(running, "POST", "api/v2/silences", OPERATOR, self.silence(id="no"))
        self.assertEqual((status, "no silence no" in told), (404, True), told)
        self.assertEqual(self.ask(running, "DELETE", "api/v2/silence/no", OPERATOR)[0], 404)
        self.assertEqual(self.ask(running, "GET", "api/v2/silence/no", OPERATOR)[0], 404)
        self.assertEqual(self.ask(running, "GET", "api/v2/silences?filter=%22", OPERATOR)[0], 400)
        self.assertEqual(self.ask(running, "POST", "api/v2/silences", OPERATOR, b"x" * 70000)[0], 413)
        for words, code, complaint in (
                (["topic=~.*", "--comment", "x"], 2, "everything"),
                (["Stuck", "--comment", "x", "--duration", "soon"], 2, "--duration"),
                (["Stuck", "--comment", "x", "--end", "soon"], 2, "--end"),
                (["Stuck", "--why", "x", "--end", past], 2, "end"),
                (["a=\"", "--comment", "x"], 2, "matcher"), (["Stuck"], 2, "--comment")):
            told = self.klaxon(running, "add", *words)
            self.assertEqual(told[0], code, told)
            self.assertIn(complaint, told[2])
        self.assertEqual(self.ask(running, "GET", "api/v2/silences", OPERATOR), (200, []))

    def test_a_silence_outlives_a_kill_and_is_shown_until_it_is_expired(self):
        running = self.start()
        self.assertEqual(self.hook()["alerts"][0]["labels"]["alertname"], "Stuck")
        code, out, err = self.klaxon(running, "add", "Stuck", "topic=~ord.*", "--comment", "we <know>",
                                     "--duration", "2h")
        self.assertEqual(code, 0, err)
        silence = out.strip()
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        self.rule("Stuck", "Other")
        running = self.start()
        self.assertEqual(self.hook()["alerts"][0]["labels"]["alertname"], "Other")

        page = self.ask(running, "GET", "", "viewer:viewer-pw")[1]
        self.assertIn("silenced", page)
        self.assertIn("by operator: we &lt;know&gt;", page)
        self.assertIn(silence, page)
        alerts = self.ask(running, "GET", "api/v1/alerts", "viewer:viewer-pw")[1]["data"]["alerts"]
        self.assertEqual({each["labels"]["alertname"]: each.get("silencedBy") for each in alerts},
                         {"Stuck": [silence], "Other": None})
        alerts = self.valid("gettableAlerts", self.ask(running, "GET", "api/v2/alerts", OPERATOR)[1])
        self.assertEqual({each["labels"]["alertname"]: each["status"] for each in alerts}, {
            "Stuck": {"state": "suppressed", "silencedBy": [silence], "inhibitedBy": [], "mutedBy": []},
            "Other": {"state": "active", "silencedBy": [], "inhibitedBy": [], "mutedBy": []}})
        self.valid("gettableSilences", self.ask(running, "GET", "api/v2/silences", OPERATOR)[1])
        self.valid("gettableSilence", self.ask(running, "GET", "api/v2/silence/" + silence, OPERATOR)[1])
        self.valid("alertmanagerStatus", self.ask(running, "GET", "api/v2/status", OPERATOR)[1])
        self.valid("alertGroups", self.ask(running, "GET", "api/v2/alerts/groups", OPERATOR)[1])

        self.assertIn("topic=~\"ord.*\"", self.klaxon(running, "list")[1])
        self.assertNotIn(silence, self.klaxon(running, "list", "topic=x")[1])
        self.assertIn(silence, self.klaxon(running, "list", "topic=~ord.+", "--json")[1])
        self.assertEqual(self.klaxon(running, "expire", silence)[0], 0)
        self.assertEqual(self.klaxon(running, "expire", silence)[0], 0)  # it is over already
        self.assertNotIn(silence, self.klaxon(running, "list")[1])
        self.assertRegex(self.klaxon(running, "list", "--expired")[1], silence + " +expired")
        self.assertNotIn("silenced", self.ask(running, "GET", "", "viewer:viewer-pw")[1])

    def test_amtool_works_with_klaxon(self):
        running = self.start()
        self.hook()
        silence = self.amtool(running, "silence", "add", "Stuck", "topic!=x", "--comment=by amtool",
                              "--author=amy", "--duration=3h").strip()
        listed = self.ask(running, "GET", "api/v2/silence/" + silence, OPERATOR)[1]
        self.assertEqual(listed["createdBy"], "amy (logged in as operator)")
        self.assertEqual(listed["status"]["state"], "active")
        self.assertIn(silence, self.amtool(running, "silence", "query", "alertname=Stuck"))
        self.assertNotIn(silence, self.amtool(running, "silence", "query", "alertname=Other"))
        self.assertIn("Stuck", self.amtool(running, "alert", "query", "--silenced"))
        self.assertNotIn("Stuck", self.amtool(running, "alert", "query"))
        self.amtool(running, "silence", "update", "--duration=5h", "--comment=longer", silence)
        listed = self.ask(running, "GET", "api/v2/silence/" + silence, OPERATOR)[1]
        self.assertEqual((listed["comment"], listed["createdBy"]), ("longer", "amy (logged in as operator)"))
        self.amtool(running, "silence", "expire", silence)
        self.assertIn("Stuck", self.amtool(running, "alert", "query"))
        self.assertIn(silence, self.amtool(running, "silence", "query", "--expired"))
        self.amtool(running, "config", "show")


if __name__ == "__main__":
    amtool()
    alerts_scene.main()
