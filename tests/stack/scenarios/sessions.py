"""A broker that demands a new login every 4 s: klaxon logs in again on the same connection, without a gap on /metrics."""

import os

import _paths  # noqa: F401
import secured
from scenario import check, main, wait_until
from steady import Steady

LOGINS = {
    "plain": ("reauth", "PLAIN"),
    "scram": ("reauth", "SCRAM-SHA-512"),
}
LISTENERS = ("reauth",)
AGAIN = 5


def run(case):
    broker = secured.Secured(case)
    broker.grant_least("klaxon")
    case.load(broker.name, topics=3, partitions=12, groups=4)
    clusters = {name: broker.options(*login) for name, login in LOGINS.items()}
    agent = case.klaxon("--config", secured.write_configuration(os.path.join(case.folder, "klaxon.yaml"), clusters))
    wait_until("all clusters are read", 60, lambda: all(agent.metrics().series("kafka_consumergroup_lag", cluster=name) for name in clusters))
    before = {listener: broker.socket_metric(listener, "connection-creation-total") for listener in LISTENERS}
    steady = Steady(agent, list(clusters))
    case.at_exit(steady.stop)

    for listener in LISTENERS:
        def again(listener=listener):
            count = broker.socket_metric(listener, "successful-reauthentication-total")
            return count >= AGAIN or f"{count} so far"

        wait_until(f"{AGAIN} repeated logins at {listener}", 60, again, pause=1)
        failed = broker.socket_metric(listener, "failed-reauthentication-total")
        count = broker.socket_metric(listener, "successful-reauthentication-total")
        new = broker.socket_metric(listener, "connection-creation-total") - before[listener]
        check(failed == 0, f"{listener}: {count} logins again on living connections, none failed, {new} new connections")
        check(new <= 2, f"{listener}: the connections lived on")
    steady.judge()
    agent.terminate()


main(run)
