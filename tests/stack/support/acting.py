"""Klaxon that acts on a real Connect cluster, and a person who gives that cluster orders."""

import contextlib
import os
import shutil

from connect_probe import Rest, patiently
from scenario import Failed, wait_until

CONFIG = """\
listen: "127.0.0.1:0"
state: {{directory: "{folder}/state"}}
clusters:
- name: main
  kafka: {{bootstrap.servers: "{bootstrap}", interval: {every}}}
  connect:
  - {{name: etl, url: "{url}", interval: {every}, recovery: {{mode: act{policy}}}}}
"""


def configure(case, bootstrap, urls, policy="", every="5s"):
    """Writes the configuration of a Klaxon that restarts; policy: more keys of recovery, each after a comma. Returns the file."""
    path = os.path.join(case.folder, "klaxon.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write(CONFIG.format(folder=case.folder, bootstrap=bootstrap, url=",".join(urls), policy=policy, every=every))
    return path


def forget(case):
    """What Klaxon wrote in a run before: it would remember it."""
    shutil.rmtree(os.path.join(case.folder, "state"), ignore_errors=True)


class TwoWorkers:
    """The stack's connect2, in the hands of somebody who is patient with a group that rebalances."""

    def __init__(self, case):
        self.case, self.stack = case, case.stack
        self.bootstrap = self.stack.bootstrap("kafka")
        self.nodes = self.stack.describe("connect2")["nodes"]
        self.urls = [node["url"] for node in self.nodes]

    def rest(self):
        """A worker that answers."""
        for url in self.urls:
            with contextlib.suppress(OSError):
                Rest(url).ask("GET", "/", timeout=5)
                return Rest(url)
        raise Failed("no worker answers")

    def order(self, what, action):
        def attempt():
            try:
                return patiently(lambda: action(self.rest()))
            except OSError as error:
                return str(error)

        wait_until(what, 120, attempt, pause=0.3)

    def create(self, name, config):
        """If it is not there."""

        def post(rest):
            if name not in rest.ask("GET", "/connectors"):
                rest.ask("POST", "/connectors", {"name": name, "config": config}, timeout=100)

        self.order(f"'{name}' is created", post)
