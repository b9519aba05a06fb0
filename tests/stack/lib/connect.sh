# One Connect worker with the faulty test plugin. Sourced, never run.

# The cluster that Connect keeps its topics on: whichever of ours is up, a single broker first.
connect_bootstrap() {
  local name
  for name in kafka kafka3 kafka39 kafka39x3; do
    [ -f "$run_dir/$name.json" ] && { bootstrap_of "$name"; return; }
  done
  return 1
}

write_worker_properties() {
  cat <<P
bootstrap.servers=$1
group.id=klaxon-connect
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.json.JsonConverter
value.converter.schemas.enable=false
config.storage.topic=connect-configs
offset.storage.topic=connect-offsets
status.storage.topic=connect-status
config.storage.replication.factor=1
offset.storage.replication.factor=1
status.storage.replication.factor=1
offset.storage.partitions=1
status.storage.partitions=1
offset.flush.interval.ms=1000
listeners=http://127.0.0.1:$2
rest.advertised.host.name=127.0.0.1
rest.advertised.port=$2
scheduled.rebalance.max.delay.ms=5000
session.timeout.ms=6000
heartbeat.interval.ms=1000
connector.client.config.override.policy=All
# Reads the service files only; a scan of the class path takes twice the time and three times the memory.
plugin.discovery=service_load
plugin.path=$(plugin_path)
P
}

launch_connect() {
  local flags
  mapfile -t flags < <(logging_flags INFO; archive_flags "$(broker_archive $kafka4)")
  start_java connect 1 -Xms64m -Xmx256m "${flags[@]}" -cp "$(libs_of $kafka4)/*" \
    org.apache.kafka.connect.cli.ConnectDistributed "$run_dir/connect/node-1.properties"
}

# /health answers 200 once the worker has joined its group and read its config topic (KIP-1017).
await_connect() {
  local url deadline=$((SECONDS + ${KLAXON_STACK_TIMEOUT:-120}))
  url=http://127.0.0.1:$(cat "$run_dir/connect/ports")
  until python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$url/health" 2>/dev/null; do
    kill -0 "$(cat "$(pid_file_of connect 1)")" 2>/dev/null || { complain "the Connect worker ended"; show_log_tail connect 1; return 1; }
    [ $SECONDS -lt $deadline ] || { complain "the Connect worker is not healthy at $url/health"; show_log_tail connect 1; return 1; }
    sleep 0.2
  done
}

publish_connect() {
  local url
  url=http://127.0.0.1:$(cat "$run_dir/connect/ports")
  echo "KLAXON_CONNECT_URL=$url" >"$run_dir/connect.env"
  printf '{"name": "connect", "version": "%s", "url": "%s", "nodes": [{"id": 1, "pid": %s, "log": "%s"}]}\n' \
    $kafka4 "$url" "$(cat "$(pid_file_of connect 1)")" "$(log_of connect 1)" >"$run_dir/connect.json"
}

up_connect() {
  local bootstrap
  bootstrap=$(connect_bootstrap) || { up_one kafka && bootstrap=$(bootstrap_of kafka); } || return 1
  prepare_folder connect || return 1
  python3 "$stack_home/lib/free_ports.py" 1 >"$run_dir/connect/ports" || return 1
  write_worker_properties "$bootstrap" "$(cat "$run_dir/connect/ports")" >"$run_dir/connect/node-1.properties"
  launch_connect
  await_connect && publish_connect
}

start_connect() {
  pid_of connect 1 >/dev/null && { complain "the Connect worker runs already"; return 1; }
  launch_connect
  await_connect && publish_connect
}
