# Brokers: configuration, start, readiness. Sourced, never run.
#
# Every node is broker and controller in one (KRaft), with static voters, which both 3.9.1 and 4.3.1 understand.

kafka_version() {
  case $1 in
    kafka | kafka3 | secured) echo $kafka4 ;;
    kafka39 | kafka39x3 | secured39) echo $kafka3 ;;
  esac
}

node_count() {
  case $1 in
    kafka3 | kafka39x3 | zookeeper3 | zookeeper_migration) echo 3 ;;
    zookeeper_kafka | connect2) echo 2 ;;
    *) echo 1 ;;
  esac
}

nodes_of() { seq 1 "$(node_count "$1")"; }

port_variable() { printf '%s' "$1" | tr '[:lower:]' '[:upper:]'; }

# Reads NAME's ports into the arrays broker_ports and controller_ports (index = node id).
read_ports() {
  local node
  broker_ports=() controller_ports=()
  while read -r node broker_ports[node] controller_ports[node]; do :; done <"$run_dir/$1/ports"
}

pick_ports() {
  local name=$1 count ports node
  count=$(node_count "$name")
  read -ra ports < <(python3 "$stack_home/lib/free_ports.py" $((count * 2))) || { complain "no free ports"; return 1; }
  for node in $(nodes_of "$name"); do
    echo "$node ${ports[$((node * 2 - 2))]} ${ports[$((node * 2 - 1))]}"
  done >"$run_dir/$name/ports"
}

write_listeners() {
  if is_secured "$1"; then write_secured_listeners "$1"; return; fi
  cat <<P
listeners=PLAINTEXT://127.0.0.1:${broker_ports[$2]},CONTROLLER://127.0.0.1:${controller_ports[$2]}
advertised.listeners=PLAINTEXT://127.0.0.1:${broker_ports[$2]}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
P
}

write_node_properties() {
  local name=$1 node=$2 count voters other
  count=$(node_count "$name")
  for other in $(nodes_of "$name"); do voters+=${voters:+,}$other@127.0.0.1:${controller_ports[$other]}; done
  cat <<P
process.roles=broker,controller
node.id=$node
broker.rack=rack$node
controller.quorum.voters=$voters
$(write_listeners "$name" "$node")
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
log.dirs=$run_dir/$name/data-$node
auto.create.topics.enable=false
# Leaders stay where an election put them, so that a cluster at rest is at rest.
auto.leader.rebalance.enable=false
default.replication.factor=$count
min.insync.replicas=$(((count + 1) / 2))
offsets.topic.replication.factor=$count
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=$count
transaction.state.log.min.isr=$(((count + 1) / 2))
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
num.network.threads=2
num.io.threads=2
# Small buffers: hundreds of partitions on small heaps.
log.cleaner.dedupe.buffer.size=8388608
log.index.size.max.bytes=65536
# Elections of the quorum must succeed on a machine that is busy with a build, too (defaults: 1, 2 and 2 s).
controller.quorum.election.timeout.ms=2500
controller.quorum.fetch.timeout.ms=3000
controller.quorum.request.timeout.ms=6000
# A dead broker is noticed after 6 s instead of 9, a lagging replica after 5 instead of 30.
broker.session.timeout.ms=6000
broker.heartbeat.interval.ms=1000
replica.lag.time.max.ms=5000
P
  [ "$(kafka_version "$name")" = $kafka4 ] && cat <<P
share.coordinator.state.topic.replication.factor=$count
share.coordinator.state.topic.min.isr=$(((count + 1) / 2))
share.coordinator.state.topic.num.partitions=4
# A member of the new protocol learns its assignment at a heartbeat, by default every 5 s.
group.consumer.heartbeat.interval.ms=500
group.consumer.min.heartbeat.interval.ms=500
P
  return 0
}

format_node() {
  local name=$1 node=$2 flags users=()
  mapfile -t flags < <(logging_flags WARN; archive_flags "$(broker_archive "$(kafka_version "$name")")")
  is_secured "$name" && mapfile -t users < <(scram_flags)
  java "${jvm_flags[@]}" "${flags[@]}" -cp "$(libs_of "$(kafka_version "$name")")/*" kafka.tools.StorageTool format \
    -t MkU3OEVBNTcwNTJENDM2Qk -c "$run_dir/$name/node-$node.properties" ${users[@]+"${users[@]}"} >"$run_dir/$name/format-$node.log" 2>&1 ||
    { complain "formatting $name node $node failed:"; tail -n 5 "$run_dir/$name/format-$node.log" >&2; return 1; }
}

launch_broker() {
  local name=$1 node=$2 flags
  mapfile -t flags < <(is_secured "$name" && secured_flags "$name"; logging_flags INFO; [ ${#java_extra[@]} -gt 0 ] || archive_flags "$(broker_archive "$(kafka_version "$name")")")
  start_java "$name" "$node" -Xms64m -Xmx256m "${flags[@]}" -cp "$(libs_of "$(kafka_version "$name")")/*" \
    kafka.Kafka "$run_dir/$name/node-$node.properties"
}

# await_broker NAME NODE BROKERS: until the node answers and sees that many brokers, itself among them.
await_broker() {
  local name=$1 node=$2
  python3 "$stack_home/support/kafka_probe.py" "127.0.0.1:${broker_ports[$node]}" --brokers "$3" --node "$node" \
    --timeout "${KLAXON_STACK_TIMEOUT:-120}" --pid "$(cat "$(pid_file_of "$name" "$node")")" ||
    { complain "$name node $node did not become ready"; show_log_tail "$name" "$node"; return 1; }
}

bootstrap_of() {
  local node list
  read_ports "$1"
  for node in $(nodes_of "$1"); do list+=${list:+,}127.0.0.1:${broker_ports[$node]}; done
  printf '%s\n' "$list"
}

# The addresses of a component, once for shells and once for programs.
publish_kafka() {
  local name=$1 node bootstrap rows=
  bootstrap=$(bootstrap_of "$name")
  read_ports "$name"
  for node in $(nodes_of "$name"); do
    rows+=${rows:+, }$(printf '{"id": %d, "address": "127.0.0.1:%s", "pid": %s, "log": "%s"}' "$node" "${broker_ports[$node]}" \
      "$(cat "$(pid_file_of "$name" "$node")")" "$(log_of "$name" "$node")")
  done
  echo "KLAXON_$(port_variable "$name")_BOOTSTRAP=$bootstrap" >"$run_dir/$name.env"
  printf '{"name": "%s", "version": "%s", "bootstrap": "%s", "nodes": [%s]%s}\n' "$name" "$(kafka_version "$name")" "$bootstrap" "$rows" \
    "$(is_secured "$name" && secured_addresses "$name")" \
    >"$run_dir/$name.json"
}

up_kafka() {
  local name=$1 node pids=() pid
  prepare_folder "$name" && pick_ports "$name" && read_ports "$name" || return 1
  if is_secured "$name"; then prepare_security "$name" || return 1; fi
  for node in $(nodes_of "$name"); do
    write_node_properties "$name" "$node" >"$run_dir/$name/node-$node.properties"
    format_node "$name" "$node" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || return 1; done
  for node in $(nodes_of "$name"); do launch_broker "$name" "$node"; done
  for node in $(nodes_of "$name"); do await_broker "$name" "$node" "$(node_count "$name")" || return 1; done
  publish_kafka "$name"
}

# Starts one node again on its old data and ports.
start_broker() {
  read_ports "$1"
  pid_of "$1" "$2" >/dev/null && { complain "$1 node $2 runs already"; return 1; }
  launch_broker "$1" "$2"
  await_broker "$1" "$2" 1 && publish_kafka "$1"
}
