"""A ZooKeeper server with the Prometheus metrics provider, which changes what mntr tells, under a Kafka 3.9.1 in ZooKeeper mode.

ZooKeeper is killed: its section is right within two polls, and Kafka's stays fresh, because the broker goes on answering.
"""

import _paths  # noqa: F401
import zookeeper_probe
import zookeeper_truth as truth
from scenario import check, main, wait_until

INTERVAL = 1.0


def run(case):
    stack = case.stack
    address, agent = truth.watched(case, "zookeeper_kafka", INTERVAL, kafka=True)
    told = zookeeper_probe.mntr(address)
    check("zk_fsynctime_count" in told and "zk_cnt_fsynctime" not in told, "mntr speaks as with the Prometheus provider")

    truth.await_truth(agent, [address], "the server stands alone", state="standalone")

    def equal():
        page = agent.metrics()
        lines = truth.differences(page, address, zookeeper_probe.mntr(address)) + truth.srvr_differences(page, address)
        return not lines or "; ".join(lines[:4])

    took = wait_until("every number equals the server's own words", 60, equal)
    check(True, f"every number equals the server's own words ({took:.1f} s)")
    page = agent.metrics()
    for name in ("zookeeper_fsyncs_total", "zookeeper_watches", "zookeeper_sessions", "zookeeper_ephemeral_znodes"):
        check(page.value(name, server=address) > 0, f"the broker's use of it shows in {name}")
    wait_until("the broker is seen too", 30, lambda: agent.metrics().value("kafka_brokers", cluster=truth.CLUSTER) == 1)

    stack.run("kill", "zookeeper_kafka", "1")
    took, late = truth.await_truth(agent, [address], "ZooKeeper is unreachable")
    check(late < 2, f"ZooKeeper is unreachable {took:.1f} s later, {late:g} polls after its end")
    check(agent.metrics().value("kafka_brokers", cluster=truth.CLUSTER) == 1, "and Kafka's section stays fresh")
    stack.run("start", "zookeeper_kafka", "1")
    wait_until("ZooKeeper serves again", 60, lambda: zookeeper_probe.mode(address) is not None)
    took, late = truth.await_truth(agent, [address], "ZooKeeper is back", state="standalone")
    check(late < 2, f"it heals {took:.1f} s after ZooKeeper serves again")
    agent.terminate()


main(run)
