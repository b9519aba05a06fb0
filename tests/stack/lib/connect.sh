# Kafka Connect workers with the faulty test plugin. Sourced, never run.
#
# With $KLAXON_STACK_CONNECT_TLS, a folder of support/certificates.py, workers also listen with TLS and want a client certificate.
# $KLAXON_STACK_CONNECT_HEAP: the most that each worker may take (256m).
# 'connect' is one worker, 'connect2' a cluster of two. They have the file connectors, MirrorMaker's,
# Kafka's own for tests and the faulty ones.

# The cluster that Connect keeps its topics on: whichever of ours is up, a single broker first.
connect_bootstrap() {
  local name
  for name in kafka kafka3 kafka39 kafka39x3; do
    [ -f "$run_dir/$name.json" ] && { bootstrap_of "$name"; return; }
  done
  return 1
}

connect_port() { sed -n "$2p" "$run_dir/$1/ports"; }

# So long the work of a lost worker waits for it: with two workers long enough for several polls to see it.
rebalance_delay() { case $1 in connect2) echo 12000 ;; *) echo 5000 ;; esac; }

# The port with TLS: behind those without.
connect_tls_port() { sed -n "$(($(node_count "$1") + $2))p" "$run_dir/$1/ports"; }

# tls_properties PORT: the same listeners and one more.
tls_properties() {
  local folder=$KLAXON_STACK_CONNECT_TLS store=listeners.https.ssl
  printf '%s\n' "rest.advertised.listener=http" $store.keystore.type=PKCS12 $store.truststore.type=PKCS12 \
    $store.keystore.location="$folder/broker.p12" $store.truststore.location="$folder/trust.p12" $store.client.authentication=required
  printf "$store.%s.password=store-secret-8\n" keystore key truststore
}

# write_worker_properties NAME BOOTSTRAP PORT [TLS-PORT]
write_worker_properties() {
  cat <<P
bootstrap.servers=$2
group.id=klaxon-$1
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
value.converter.schemas.enable=false
config.storage.topic=$1-configs
offset.storage.topic=$1-offsets
status.storage.topic=$1-status
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
offset.storage.partitions=1
status.storage.partitions=1
offset.flush.interval.ms=1000
listeners=http://127.0.0.1:$3${4:+,https://127.0.0.1:$4}
rest.advertised.host.name=127.0.0.1
rest.advertised.port=$3
scheduled.rebalance.max.delay.ms=$(rebalance_delay "$1")
session.timeout.ms=6000
heartbeat.interval.ms=1000
connector.client.config.override.policy=All
# Reads the service files only; a scan of the class path takes twice the time and three times the memory.
plugin.discovery=service_load
plugin.path=$(plugin_path),$cache/$connect_mirror
P
  [ -z "${4:-}" ] || tls_properties
}

# Kafka's connectors for tests are looked for on the class path alone, whatever plugin.path says.
launch_connect() {
  local name=$1 node=$2 flags
  mapfile -t flags < <(logging_flags INFO; archive_flags "$(broker_archive $kafka4)")
  start_java "$name" "$node" -Xms64m -Xmx"${KLAXON_STACK_CONNECT_HEAP:-256m}" "${flags[@]}" -cp "$(libs_of $kafka4)/*:$cache/$connect_test_plugins/libs/*" \
    org.apache.kafka.connect.cli.ConnectDistributed "$run_dir/$name/node-$node.properties"
}

# /health answers 200 once the worker has joined its group and read its config topic (KIP-1017).
await_connect() {
  local name=$1 node=$2 url deadline=$((SECONDS + ${KLAXON_STACK_TIMEOUT:-120}))
  url=http://127.0.0.1:$(connect_port "$name" "$node")
  until python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$url/health" 2>/dev/null; do
    kill -0 "$(cat "$(pid_file_of "$name" "$node")")" 2>/dev/null || { complain "the Connect worker ended"; show_log_tail "$name" "$node"; return 1; }
    [ $SECONDS -lt $deadline ] || { complain "the Connect worker is not healthy at $url/health"; show_log_tail "$name" "$node"; return 1; }
    sleep 0.2
  done
}

# `url` is the first worker's; `nodes` has all.
publish_connect() {
  local name=$1 node rows=
  for node in $(nodes_of "$name"); do
    rows+=${rows:+, }$(printf '{"id": %d, "url": "http://127.0.0.1:%s", "pid": %s, "log": "%s"}' "$node" "$(connect_port "$name" "$node")" \
      "$(pid_of "$name" "$node" || echo null)" "$(log_of "$name" "$node")")
  done
  echo "KLAXON_$(port_variable "$name")_URL=http://127.0.0.1:$(connect_port "$name" 1)" >"$run_dir/$name.env"
  printf '{"name": "%s", "version": "%s", "url": "http://127.0.0.1:%s", "tls_url": "https://localhost:%s", "nodes": [%s]}\n' \
    "$name" $kafka4 "$(connect_port "$name" 1)" "$(connect_tls_port "$name" 1)" "$rows" \
    >"$run_dir/$name.json"
}

up_connect() {
  local name=$1 node bootstrap tls=
  bootstrap=$(connect_bootstrap) || { up_one kafka && bootstrap=$(bootstrap_of kafka); } || return 1
  prepare_folder "$name" || return 1
  python3 "$stack_home/lib/free_ports.py" $((2 * $(node_count "$name"))) | tr ' ' '\n' >"$run_dir/$name/ports" || return 1
  for node in $(nodes_of "$name"); do
    [ -z "${KLAXON_STACK_CONNECT_TLS:-}" ] || tls=$(connect_tls_port "$name" "$node")
    write_worker_properties "$name" "$bootstrap" "$(connect_port "$name" "$node")" "$tls" >"$run_dir/$name/node-$node.properties"
    launch_connect "$name" "$node"
    # One after the other: the first makes the topics.
    await_connect "$name" "$node" || return 1
  done
  publish_connect "$name"
}

start_connect() {
  pid_of "$1" "$2" >/dev/null && { complain "$1 node $2 runs already"; return 1; }
  launch_connect "$1" "$2"
  await_connect "$1" "$2" && publish_connect "$1"
}
