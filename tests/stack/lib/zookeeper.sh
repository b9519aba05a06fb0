# ZooKeeper servers: configuration, start, readiness. Sourced, never run.
#
# They are the 3.8.4 that comes with Kafka 3.9.1. 'zookeeper' permits the words that ZooKeeper permits by itself, 'zookeeper3'
# those that Klaxon's documentation asks for. 'zookeeper_kafka' is one server with the Prometheus metrics provider (node 1), which
# changes what mntr tells, and a Kafka 3.9.1 broker in ZooKeeper mode on it (node 2). 'zookeeper_migration' is the same without the
# provider, ready to migrate: its KRaft controller (node 3) is started by itself.

# With $KLAXON_STACK_ZOOKEEPER_TLS, a folder with server.pem (key and certificate) and ca.crt, 'zookeeper' also has a client port with
# TLS, which wants a client certificate.

# Reads NAME's ports into arrays by node id.
read_zookeeper_ports() {
  local node
  client_ports=() admin_ports=() peer_ports=() election_ports=()
  while read -r node client_ports[node] admin_ports[node] peer_ports[node] election_ports[node]; do :; done <"$run_dir/$1/ports"
}

pick_zookeeper_ports() {
  local name=$1 ports node
  read -ra ports < <(python3 "$stack_home/lib/free_ports.py" $(($(node_count "$name") * 4))) || { complain "no free ports"; return 1; }
  for node in $(nodes_of "$name"); do
    echo "$node ${ports[*]:$((node * 4 - 4)):4}"
  done >"$run_dir/$name/ports"
}

write_zookeeper_config() {
  local name=$1 node=$2 other
  cat <<P
tickTime=1000
initLimit=10
syncLimit=5
dataDir=$run_dir/$name/data-$node
clientPort=${client_ports[$node]}
clientPortAddress=127.0.0.1
maxClientCnxns=0
admin.serverAddress=127.0.0.1
admin.serverPort=${admin_ports[$node]}
P
  if [ "$name" = zookeeper ]; then
    [ -z "${KLAXON_STACK_ZOOKEEPER_TLS:-}" ] || write_zookeeper_tls "${peer_ports[$node]}"
    return
  fi
  echo "4lw.commands.whitelist=srvr,mntr,conf,isro,ruok"
  if [ "$name" = zookeeper_kafka ]; then
    cat <<P
metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider
metricsProvider.httpHost=127.0.0.1
metricsProvider.httpPort=${peer_ports[$node]}
P
    return
  fi
  [ "$name" = zookeeper3 ] || return 0
  for other in $(nodes_of "$name"); do echo "server.$other=127.0.0.1:${peer_ports[$other]}:${election_ports[$other]}"; done
}

# Netty alone speaks TLS. By itself a server would ask the client's host name of its certificate too.
write_zookeeper_tls() {
  cat <<P
4lw.commands.whitelist=srvr,mntr,conf,isro,ruok
serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory
secureClientPort=$1
secureClientPortAddress=127.0.0.1
ssl.keyStore.location=$KLAXON_STACK_ZOOKEEPER_TLS/server.pem
ssl.keyStore.type=PEM
ssl.trustStore.location=$KLAXON_STACK_ZOOKEEPER_TLS/ca.crt
ssl.trustStore.type=PEM
ssl.hostnameVerification=false
ssl.clientAuth=need
P
}

is_zookeeper_broker() { case $1-$2 in zookeeper_kafka-2 | zookeeper_migration-2) ;; *) return 1 ;; esac; }

is_migrating_controller() { [ "$1-$2" = zookeeper_migration-3 ]; }

# What broker and controller have in common for a migration (KIP-866).
write_migration() {
  cat <<P
zookeeper.metadata.migration.enable=true
controller.quorum.voters=3@127.0.0.1:${client_ports[3]}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
P
}

write_migrating_controller() {
  cat <<P
process.roles=controller
node.id=3
zookeeper.connect=127.0.0.1:${client_ports[1]}/kafka
listeners=CONTROLLER://127.0.0.1:${client_ports[3]}
log.dirs=$run_dir/$1/data-3
P
  write_migration
}

# The controller must belong to the cluster that the broker began. Formats once.
format_migrating_controller() {
  local folder=$run_dir/$1 id flags
  [ -f "$folder/data-3/meta.properties" ] && return
  id=$(sed -n 's/^cluster.id=//p' "$folder/data-2/meta.properties")
  mapfile -t flags < <(logging_flags WARN)
  java "${jvm_flags[@]}" "${flags[@]}" -cp "$(libs_of $kafka3)/*" kafka.tools.StorageTool format -t "$id" -c "$folder/node-3.properties" \
    >"$folder/format-3.log" 2>&1 || { complain "formatting $1 node 3 failed:"; tail -n 5 "$folder/format-3.log" >&2; return 1; }
}

write_zookeeper_broker() {
  cat <<P
broker.id=2
zookeeper.connect=127.0.0.1:${client_ports[1]}/kafka
listeners=PLAINTEXT://127.0.0.1:${client_ports[2]}
log.dirs=$run_dir/$1/data-2
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=8388608
P
  if [ "$1" = zookeeper_migration ]; then echo inter.broker.protocol.version=3.9; write_migration; fi
}

launch_zookeeper() {
  local name=$1 node=$2 flags
  mapfile -t flags < <(logging_flags INFO)
  if is_migrating_controller "$name" "$node"; then format_migrating_controller "$name" || return 1; fi
  if is_zookeeper_broker "$name" "$node" || is_migrating_controller "$name" "$node"; then
    start_java "$name" "$node" -Xms64m -Xmx256m "${flags[@]}" -cp "$(libs_of $kafka3)/*" kafka.Kafka "$run_dir/$name/node-$node.properties"
    return
  fi
  start_java "$name" "$node" -Xms32m -Xmx96m "${flags[@]}" -cp "$(libs_of $kafka3)/*:$cache/$zookeeper_metrics/libs/*" \
    org.apache.zookeeper.server.quorum.QuorumPeerMain "$run_dir/$name/node-$node.properties"
}

# Until the node serves, by its own word.
await_zookeeper() {
  local name=$1 node=$2
  if is_zookeeper_broker "$name" "$node"; then
    broker_ports[node]=${client_ports[$node]}
    await_broker "$name" "$node" 1
    return
  fi
  python3 "$stack_home/support/zookeeper_probe.py" "127.0.0.1:${client_ports[$node]}" --timeout "${KLAXON_STACK_TIMEOUT:-120}" \
    --pid "$(cat "$(pid_file_of "$name" "$node")")" ||
    { complain "$name node $node did not become ready"; show_log_tail "$name" "$node"; return 1; }
}

publish_zookeeper() {
  local name=$1 node rows= servers= bootstrap= controller=
  for node in $(nodes_of "$name"); do
    if is_zookeeper_broker "$name" "$node" || is_migrating_controller "$name" "$node"; then continue; fi
    servers+=${servers:+,}127.0.0.1:${client_ports[$node]}
    rows+=${rows:+, }$(printf '{"id": %d, "address": "127.0.0.1:%s", "admin": "http://127.0.0.1:%s", "secure": "localhost:%s", "pid": %s, "log": "%s"}' "$node" \
      "${client_ports[$node]}" "${admin_ports[$node]}" "${peer_ports[$node]}" "$(cat "$(pid_file_of "$name" "$node")")" "$(log_of "$name" "$node")")
  done
  echo "KLAXON_$(port_variable "$name")_SERVERS=$servers" >"$run_dir/$name.env"
  is_zookeeper_broker "$name" 2 && bootstrap=127.0.0.1:${client_ports[2]}
  is_migrating_controller "$name" 3 && controller=127.0.0.1:${client_ports[3]}
  printf '{"name": "%s", "servers": "%s", "bootstrap": "%s", "controller": "%s", "nodes": [%s]}\n' "$name" "$servers" \
    "$bootstrap" "$controller" "$rows" >"$run_dir/$name.json"
}

up_zookeeper() {
  local name=$1 node
  prepare_folder "$name" && pick_zookeeper_ports "$name" && read_zookeeper_ports "$name" || return 1
  for node in $(nodes_of "$name"); do
    mkdir -p "$run_dir/$name/data-$node" && echo "$node" >"$run_dir/$name/data-$node/myid" || return 1
    if is_zookeeper_broker "$name" "$node"; then write_zookeeper_broker "$name"
    elif is_migrating_controller "$name" "$node"; then write_migrating_controller "$name"
    else write_zookeeper_config "$name" "$node"; fi >"$run_dir/$name/node-$node.properties"
    is_migrating_controller "$name" "$node" || launch_zookeeper "$name" "$node"
  done
  for node in $(nodes_of "$name"); do is_migrating_controller "$name" "$node" || await_zookeeper "$name" "$node" || return 1; done
  publish_zookeeper "$name"
}

# Starts one node again on its old data and ports. It is not waited for: without a quorum it does not serve.
start_zookeeper() {
  read_zookeeper_ports "$1"
  pid_of "$1" "$2" >/dev/null && { complain "$1 node $2 runs already"; return 1; }
  launch_zookeeper "$1" "$2"
}
