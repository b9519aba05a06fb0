#!/usr/bin/env python3
"""What README, CONTRIBUTING and docs/ print must work: configurations load, links lead somewhere.

    documents_test.py KLAXON
"""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import yaml

KLAXON = ""
ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# The sections that stand beside `clusters`: a block with one of them is, or belongs into, a configuration.
SECTIONS = {"clusters", "listen", "web", "history", "audit", "state", "alerts", "notify", "log"}
CLUSTERS = 'clusters: [{name: main, kafka: {bootstrap.servers: "broker:9092"}}]\n'
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|`)klaxon ([a-z][^`\n]*)", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
# The users that pages name, with the password "secret".
HASH = "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"
WEB = f"basic_auth_users: {{alice: {HASH}, bob: {HASH}}}\n"


def blocks(page, language):
    return [body for name, body in BLOCK.findall(page.read_text(encoding="utf-8")) if name == language]


def slug(heading):
    """The anchor that GitHub gives a heading."""
    text = re.sub(r"`|\[|\]\([^)]*\)", "", heading.strip().lower())
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def anchors(page):
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    return {slug(heading) for heading in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}


class DocumentsTest(unittest.TestCase):
    helps = {}  # by command

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "dashboards").symlink_to(ROOT / "dashboards")  # beside README, as in a checkout
        (self.folder / "secrets").mkdir()
        (self.folder / "web.yml").write_text(WEB, encoding="ascii")

    def klaxon(self, *arguments):
        environment = {**os.environ, "PAGERDUTY_KEY": "x"}
        return subprocess.run([KLAXON, *arguments], cwd=self.folder, env=environment, text=True,
                              capture_output=True, check=False)

    def write(self, text):
        """The block as klaxon.yaml, with the secrets that it names."""
        for name in re.findall(r"/run/secrets/([\w-]+)", text):
            (self.folder / "secrets" / name).write_text("https://example.com/secret\n", encoding="ascii")
        text = text.replace("/run/secrets", str(self.folder / "secrets"))
        (self.folder / "klaxon.yaml").write_text(text, encoding="utf-8")

    def test_every_configuration_on_a_page_loads(self):
        tried = 0
        for page in PAGES:
            for block in blocks(page, "yaml"):
                keys = yaml.safe_load(block)
                if not isinstance(keys, dict) or not SECTIONS & keys.keys():
                    continue
                tried += 1
                with self.subTest(page=page.name, block=block):
                    self.write(block if "clusters" in keys else block + CLUSTERS)
                    checked = self.klaxon("check", "klaxon.yaml")
                    self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        self.assertGreater(tried, 4)

    def test_the_configuration_of_readme_is_complete(self):
        [block] = [block for block in blocks(ROOT / "README.md", "yaml") if "clusters" in block]
        self.write(block)
        checked = self.klaxon("check", "klaxon.yaml")
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertNotIn("to look at", checked.stdout)
        # There is no journal yet, which is no error of the command line.
        explained = self.klaxon("recovery", "explain", "orders-sink", "--config", "klaxon.yaml")
        self.assertEqual(explained.returncode, 1, explained.stderr)

    def help_of(self, *command):
        if command not in self.helps:
            self.helps[command] = self.klaxon(*command, "--help").stdout
        return self.helps[command]

    def test_every_command_and_option_exists(self):
        tried = 0
        for page in PAGES:
            for text in COMMAND.findall(page.read_text(encoding="utf-8")):
                words = re.split(r"[\s\[\]|]+", text.partition(" #")[0])
                command = words[:1]
                for word in words[1:]:  # of a command with commands of its own, as long as they are named
                    below = self.help_of(*command).partition("Subcommands:")[2]
                    if not re.search(rf"^  {re.escape(word)} ", below, re.MULTILINE):
                        break
                    command.append(word)
                options = [word.partition("=")[0] for word in words if word.startswith("--")]
                tried += 1
                with self.subTest(page=page.name, text=text):
                    known = self.help_of(*command)
                    self.assertIn(f"klaxon {' '.join(command)}", known)
                    for option in options:
                        self.assertRegex(known, rf"{option}\b")
        self.assertGreater(tried, 50)

    def test_every_link_leads_somewhere(self):
        for page in PAGES:
            text = BLOCK.sub("", page.read_text(encoding="utf-8"))
            for link in LINK.findall(text):
                if re.match(r"[a-z]+:", link):
                    continue
                path, _, anchor = link.partition("#")
                target = (page.parent / path).resolve() if path else page
                with self.subTest(page=page.name, link=link):
                    self.assertTrue(target.exists())
                    if anchor:
                        self.assertIn(anchor, anchors(target))


if __name__ == "__main__":
    KLAXON = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=1)
