"""One ZooKeeper server as it comes: only srvr is permitted. By the words alone, and with its AdminServer."""

import json
import os

import _paths  # noqa: F401
import zookeeper_probe
import zookeeper_truth as truth
from scenario import check, main, wait_until

INTERVAL = 1.0


def run(case):
    stack = case.stack
    stack.run("up", "zookeeper")
    described = stack.describe("zookeeper")
    address, admin = described["nodes"][0]["address"], described["nodes"][0]["admin"]
    check("not in the whitelist" in zookeeper_probe.ask(address, "mntr"), "this server refuses mntr, as it does by itself")

    plain = case.klaxon("--config", truth.configuration(os.path.join(case.folder, "words.yaml"), described, INTERVAL), name="words")
    truth.await_truth(plain, [address], "the server stands alone", state="standalone")
    # A session of Klaxon's may begin between its poll and our question, and is two transactions.
    wait_until("srvr's own words", 30, lambda: not truth.srvr_differences(plain.metrics(), address))
    check(True, "what srvr tells equals the server's own word")
    page = plain.metrics()
    check(not page.series("zookeeper_watches"), "what only mntr tells is not there")
    html = plain.get("/")[1]
    check("4lw.commands.whitelist" in html and "all well" in html, "the page says what to permit, and calls it no trouble")
    check(page.value("zookeeper_server_alive", server=address) == 1 and page.value("zookeeper_server_read_only", server=address) == 0, "it lives and serves writers")
    plain.terminate()

    config = truth.configuration(os.path.join(case.folder, "admin.yaml"), described, INTERVAL, admin=True)
    agent = case.klaxon("--config", config, name="admin")
    truth.await_truth(agent, [address], "the server stands alone", state="standalone")

    def equal():
        page = agent.metrics()  # first, because some numbers grow
        told = {"zk_" + key: value for key, value in zookeeper_probe.monitor(admin).items()}
        lines = truth.differences(page, address, told)
        return not lines or "; ".join(lines[:4])

    took = wait_until("every number equals what the AdminServer tells", 30, equal)
    check(True, f"with its AdminServer every number equals what that tells ({took:.1f} s)")

    def configured():  # an AdminServer that has just begun may be late
        settings = json.loads(agent.get("/api/klaxon/v1/zookeeper")[1])["ensembles"][0]["servers"][0]["settings"]
        told = zookeeper_probe.configuration(admin)
        return settings is not None and settings["tick_seconds"] == told["tick_time"] / 1000 and settings["data_dir"] == told["data_dir"]

    wait_until("its settings are told", 30, configured)
    check(True, "and how it is configured, which conf refuses")

    stack.run("kill", "zookeeper")
    took, late = truth.await_truth(agent, [address], "the killed server is unreachable")
    check(late < 2, f"the killed server is unreachable {took:.1f} s later, {late:g} polls after its end")
    check(truth.ensemble_of(agent.metrics()) is None, "and of the ensemble nothing is claimed")
    stack.run("start", "zookeeper")
    took, _ = truth.await_truth(agent, [address], "the server is back", state="standalone")
    check(True, f"it heals {took:.1f} s after the start")
    agent.terminate()


main(run)
