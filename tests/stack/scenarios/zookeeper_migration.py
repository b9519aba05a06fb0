"""A real migration of Kafka 3.9.1 from ZooKeeper to KRaft, as ZooKeeper shows it: none, dual write, no broker left.

The truth is what ZooKeeper's own client reads of Kafka's nodes.
"""

import json

import _paths  # noqa: F401
import zookeeper_truth as truth
from scenario import check, main, note, wait_until

INTERVAL = 1.0


def run(case):
    stack = case.stack
    address, agent = truth.watched(case, "zookeeper_migration", INTERVAL, kafka=True, chroot="/kafka")

    def node(path):
        """What ZooKeeper's own command line client prints of a node, as JSON."""
        done = case.tool("--kafka", "3.9.1", "org.apache.zookeeper.ZooKeeperMain", "-server", address, "get", f"/kafka{path}")
        return next((json.loads(line) for line in done.splitlines() if line.startswith("{")), None)

    def told():
        ensembles = json.loads(agent.get("/api/klaxon/v1/zookeeper")[1])["ensembles"]
        return ensembles[0]["kafka"] or {} if ensembles else {}

    def await_migration(state):
        took = wait_until(f"the migration is {state}", 90, lambda: told().get("migration") == state or f"told is {told()}")
        rows = agent.metrics().series("zookeeper_kafka_migration_state", cluster=truth.CLUSTER)
        check([labels["state"] for labels, value in rows if value == 1] == [state], f"the migration is told as {state} ({took:.1f} s)")

    await_migration("none")
    kafka = told()
    check(kafka["cluster_id"] == node("/cluster/id")["id"], f"the cluster's id is read: {kafka['cluster_id']}")
    check(kafka["registered_brokers"] == [2] and kafka["controller"] == 2 and not kafka["controller_is_kraft"], "broker 2 is registered and controls")
    wait_until("Kafka's own section", 30, lambda: bool(agent.metrics().series("kafka_cluster_info", cluster_id=kafka["cluster_id"])))
    check(bool(agent.metrics().series("zookeeper_kafka_info", kafka_cluster_id=kafka["cluster_id"])), "and is a label on both sides")

    stack.run("start", "zookeeper_migration", "3")
    await_migration("dual_write")
    kafka, controller, migration = told(), node("/controller"), node("/migration")
    note(f"/controller is {controller}, /migration is {migration}")
    check(kafka["controller"] == controller["brokerid"] == 3 and kafka["controller_is_kraft"], "KRaft's controller leads, as ZooKeeper's client reads it")
    check(kafka["registered_brokers"] == [2] and -1 <= kafka["migration_offset"] <= migration["kraft_metadata_offset"], "the broker is still there")
    html = agent.get("/")[1]
    check("controller 3 leads and writes to ZooKeeper too; 1 broker registered" in html, "the page says so")

    stack.run("stop", "zookeeper_migration", "2")
    await_migration("brokers_gone")
    check("no broker is registered in ZooKeeper any more" in agent.get("/")[1], "the page says what is left to do")
    agent.terminate()


main(run)
