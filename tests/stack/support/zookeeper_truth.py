"""What a ZooKeeper server says of itself, beside what Klaxon says of it."""

import os
import re

import zookeeper_probe
from scenario import Failed, wait_until

CLUSTER = "zk"

# Metric -> key of mntr and scale, where the number stands still on a server at rest or is compared loosely below.
STEADY = {
    "zookeeper_znodes": ("zk_znode_count", 1),
    "zookeeper_outstanding_requests": ("zk_outstanding_requests", 1),
    "zookeeper_watches": ("zk_watch_count", 1),
    "zookeeper_ephemeral_znodes": ("zk_ephemerals_count", 1),
    "zookeeper_data_size_bytes": ("zk_approximate_data_size", 1),
    "zookeeper_max_file_descriptors": ("zk_max_file_descriptor_count", 1),
    "zookeeper_sessions": ("zk_global_sessions", 1),
    "zookeeper_voters": ("zk_quorum_size", 1),
    "zookeeper_learners": ("zk_learners", 1),
    "zookeeper_synced_followers": ("zk_synced_followers", 1),
    "zookeeper_synced_observers": ("zk_synced_observers", 1),
    "zookeeper_pending_syncs": ("zk_pending_syncs", 1),
    "zookeeper_elections_total": ("zk_looking_count", 1),
    "zookeeper_election_seconds_total": ("zk_sum_election_time", 0.001),
    "zookeeper_fsyncs_total": ("zk_cnt_fsynctime", 1),
    "zookeeper_fsync_seconds_total": ("zk_sum_fsynctime", 0.001),
}
# These grow with every word that is asked, ours and Klaxon's: Klaxon's is older, so it is not larger, and not 0.
GROWING = {
    "zookeeper_packets_received_total": ("zk_packets_received", 1),
    "zookeeper_packets_sent_total": ("zk_packets_sent", 1),
    "zookeeper_uptime_seconds": ("zk_uptime", 0.001),
}


def watched(case, scenario, interval, **more):
    """Brings the components of a scenario up and klaxon beside them: the first server's address, and klaxon."""
    case.stack.run("up", scenario)
    described = case.stack.describe(scenario)
    agent = case.klaxon("--config", configuration(os.path.join(case.folder, "klaxon.yaml"), described, interval, **more))
    return described["nodes"][0]["address"], agent


def configuration(path, stack_description, interval, admin=False, kafka=False, chroot=None):
    """Writes a configuration for klaxon that watches these servers, and returns its path."""
    lines = ["clusters:", f"- name: {CLUSTER}", "  zookeeper:", f"    servers: {stack_description['servers']}", f"    interval: {interval:g}s"]
    if admin:
        lines.append("    admin: " + ",".join(node["admin"] for node in stack_description["nodes"]))
    if chroot:
        lines.append(f"    chroot: {chroot}")
    if kafka:
        lines += ["  kafka:", f"    bootstrap.servers: {stack_description['bootstrap']}", f"    interval: {interval:g}s"]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


# What the Prometheus provider calls them.
OTHER_NAMES = {
    "zk_sum_election_time": "zk_election_time_sum",
    "zk_cnt_fsynctime": "zk_fsynctime_count",
    "zk_sum_fsynctime": "zk_fsynctime_sum",
}


def _number(text):
    try:
        return float(text)
    except (TypeError, ValueError):
        return None


def differences(page, address, told):
    """Lines that say where /metrics differs from `told`, an answer of mntr of that server."""
    lines = []
    for name, (key, scale) in STEADY.items():
        ours, theirs = page.value(name, server=address), _number(told.get(key, told.get(OTHER_NAMES.get(key))))
        expected = None if theirs is None else theirs * scale
        if ours is None and expected is None:
            continue
        if ours is None or expected is None or abs(ours - expected) > 1e-9:
            lines.append(f"{name} of {address} is {ours}, told is {expected}")
    for name, (key, scale) in GROWING.items():
        ours, theirs = page.value(name, server=address), _number(told.get(key))
        if ours is None or theirs is None or not 0 < ours <= theirs * scale:
            lines.append(f"{name} of {address} is {ours}, told later is {theirs}")
    return lines


def srvr_differences(page, address):
    """The same of what srvr tells and mntr does not."""
    told = zookeeper_probe.srvr(address)
    zxid = int(told["Zxid"], 16)
    expected = {
        "zookeeper_zxid_epoch": zxid >> 32,
        "zookeeper_zxid_transaction": zxid & 0xFFFFFFFF,
        "zookeeper_znodes": float(told["Node count"]),
    }
    lines = [f"{name} of {address} is {page.value(name, server=address)}, told is {value}" for name, value in expected.items() if page.value(name, server=address) != value]
    version = re.match(r"[\d.]+", told["Zookeeper version"])[0]
    if page.value("zookeeper_server_info", server=address, version=version) != 1:
        lines.append(f"the version of {address} is not {version}")
    if page.value("zookeeper_server_mode", server=address, mode=told["Mode"]) != 1:
        lines.append(f"the mode of {address} is not {told['Mode']}")
    return lines


def conf_differences(page, address):
    """The same of what conf tells, in seconds. Sizes of folders grow, and are compared with at most."""
    told = zookeeper_probe.conf(address)
    tick = float(told["tickTime"]) / 1000
    expected = {"zookeeper_server_id": float(told["serverId"]), "zookeeper_tick_seconds": tick}
    for name, key in {"zookeeper_session_timeout_min_seconds": "minSessionTimeout", "zookeeper_session_timeout_max_seconds": "maxSessionTimeout"}.items():
        expected[name] = float(told[key]) / 1000
    for name, key in {"zookeeper_init_limit_seconds": "initLimit", "zookeeper_sync_limit_seconds": "syncLimit"}.items():
        expected[name] = float(told[key]) * tick if key in told else None
    expected["zookeeper_max_connections_per_client"] = float(told["maxClientCnxns"])
    lines = [f"{name} of {address} is {page.value(name, server=address)}, told is {value}" for name, value in expected.items() if page.value(name, server=address) != value]
    for name, key in {"zookeeper_data_dir_bytes": "dataDirSize", "zookeeper_log_dir_bytes": "dataLogSize"}.items():
        ours = page.value(name, server=address)
        if ours is None or ours > float(told[key]):
            lines.append(f"{name} of {address} is {ours}, told later is {told[key]}")
    return lines


def polls(page):
    return page.value("klaxon_collector_polls_total", cluster=CLUSTER, collector="zookeeper") or 0


def state_of(page, address):
    """The state that Klaxon gives a server; None: it gives none."""
    rows = page.series("zookeeper_server_state", server=address)
    return next((labels["state"] for labels, value in rows if value == 1), None)


def mode_of(page, address):
    rows = page.series("zookeeper_server_mode", server=address)
    return next((labels["mode"] for labels, value in rows if value == 1), None)


def ensemble_of(page):
    rows = page.series("zookeeper_ensemble_state", cluster=CLUSTER)
    return next((labels["state"] for labels, value in rows if value == 1), None)


def await_truth(agent, addresses, what, limit=60, state=None):
    """Until Klaxon says of every server what the server itself says, mode by mode (and of the ensemble `state`).

    Returns how many polls had ended on the last page that was wrong while the servers had already settled.
    """
    settled = {"since": None, "late": 0, "modes": None}

    def expected_of(address, mode):
        if mode is not None:
            return "serving", mode
        try:
            zookeeper_probe.ask(address, "srvr")
        except zookeeper_probe.ProbeError:
            return "unreachable", None
        return "not_serving", None

    def agrees():
        page = agent.metrics()
        modes = {address: zookeeper_probe.mode(address) for address in addresses}
        if modes != settled["modes"]:
            settled.update(modes=modes, since=polls(page), late=0)
        wrong = []
        for address, mode in modes.items():
            ours = state_of(page, address), mode_of(page, address)
            if ours != expected_of(address, mode):
                wrong.append(f"{address} is {expected_of(address, mode)}, told as {ours}")
        if ensemble_of(page) == "disagreeing" and state != "disagreeing":
            raise Failed("servers of one ensemble are said to disagree")
        if state is not None and ensemble_of(page) != state:
            wrong.append(f"the ensemble is told as {ensemble_of(page)}, not {state}")
        if wrong:
            settled["late"] = polls(page) - settled["since"]
        return not wrong or "; ".join(wrong)

    took = wait_until(what, limit, agrees)
    return took, settled["late"]
