# ZooKeeper servers: configuration, start, readiness. Sourced, never run.
#
# They are the 3.8.4 that comes with Kafka 3.9.1. 'zookeeper' permits the words that ZooKeeper permits by itself, 'zookeeper3'
# those that Klaxon's documentation asks for.

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
  [ "$name" = zookeeper ] && return
  echo "4lw.commands.whitelist=srvr,mntr"
  for other in $(nodes_of "$name"); do echo "server.$other=127.0.0.1:${peer_ports[$other]}:${election_ports[$other]}"; done
}

launch_zookeeper() {
  local name=$1 node=$2 flags
  mapfile -t flags < <(logging_flags INFO)
  start_java "$name" "$node" -Xms32m -Xmx96m "${flags[@]}" -cp "$(libs_of $kafka3)/*" \
    org.apache.zookeeper.server.quorum.QuorumPeerMain "$run_dir/$name/node-$node.properties"
}

# Until the node serves, by its own word.
await_zookeeper() {
  local name=$1 node=$2
  python3 "$stack_home/support/zookeeper_probe.py" "127.0.0.1:${client_ports[$node]}" --timeout "${KLAXON_STACK_TIMEOUT:-120}" \
    --pid "$(cat "$(pid_file_of "$name" "$node")")" ||
    { complain "$name node $node did not become ready"; show_log_tail "$name" "$node"; return 1; }
}

publish_zookeeper() {
  local name=$1 node rows= servers=
  for node in $(nodes_of "$name"); do
    servers+=${servers:+,}127.0.0.1:${client_ports[$node]}
    rows+=${rows:+, }$(printf '{"id": %d, "address": "127.0.0.1:%s", "admin": "http://127.0.0.1:%s", "pid": %s, "log": "%s"}' "$node" \
      "${client_ports[$node]}" "${admin_ports[$node]}" "$(cat "$(pid_file_of "$name" "$node")")" "$(log_of "$name" "$node")")
  done
  echo "KLAXON_$(port_variable "$name")_SERVERS=$servers" >"$run_dir/$name.env"
  printf '{"name": "%s", "servers": "%s", "nodes": [%s]}\n' "$name" "$servers" "$rows" >"$run_dir/$name.json"
}

up_zookeeper() {
  local name=$1 node
  prepare_folder "$name" && pick_zookeeper_ports "$name" && read_zookeeper_ports "$name" || return 1
  for node in $(nodes_of "$name"); do
    mkdir -p "$run_dir/$name/data-$node" && echo "$node" >"$run_dir/$name/data-$node/myid" || return 1
    write_zookeeper_config "$name" "$node" >"$run_dir/$name/node-$node.properties"
    launch_zookeeper "$name" "$node"
  done
  for node in $(nodes_of "$name"); do await_zookeeper "$name" "$node" || return 1; done
  publish_zookeeper "$name"
}

# Starts one node again on its old data and ports. It is not waited for: without a quorum it does not serve.
start_zookeeper() {
  read_zookeeper_ports "$1"
  pid_of "$1" "$2" >/dev/null && { complain "$1 node $2 runs already"; return 1; }
  launch_zookeeper "$1" "$2"
}
