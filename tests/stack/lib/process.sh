# Starting and ending Java processes by pid file. Sourced, never run.
#
# A process is ours only if its command line carries the marker of this stack directory, so a pid that was reused by
# another program, or a broker of another checkout, is never touched.

marker_of() { printf -- '-Dklaxon.stack=%s/%s-%s' "$run_dir" "$1" "$2"; }
pid_file_of() { printf '%s/%s/node-%s.pid' "$run_dir" "$1" "$2"; }
log_of() { printf '%s/%s/node-%s.log' "$run_dir" "$1" "$2"; }

# Prints the pid of NAME NODE; fails when it does not run.
pid_of() {
  local pid
  pid=$(cat "$(pid_file_of "$1" "$2")" 2>/dev/null) || return 1
  tr '\0' '\n' <"/proc/$pid/cmdline" 2>/dev/null | grep -qxF -- "$(marker_of "$1" "$2")" || return 1
  printf '%s\n' "$pid"
}

# start_java NAME NODE java-arguments...; java_extra holds further flags while archives are made.
java_extra=()
start_java() {
  local name=$1 node=$2
  shift 2
  setsid nohup java "${jvm_flags[@]}" ${java_extra[@]+"${java_extra[@]}"} "$(marker_of "$name" "$node")" "$@" \
    >>"$(log_of "$name" "$node")" 2>&1 </dev/null &
  echo $! >"$(pid_file_of "$name" "$node")"
  disown  # or bash would report its end
}

show_log_tail() {
  complain "last lines of $(log_of "$1" "$2"):"
  tail -n 15 "$(log_of "$1" "$2")" | sed 's/^/    /' >&2
}

signal_node() {
  local pid
  pid=$(pid_of "$1" "$2") || { complain "$1 node $2 does not run"; return 1; }
  kill "-$3" "$pid"
}

# Ends NAME NODE with a signal and waits until it is gone. A paused process is continued first, or it could not act on TERM.
end_node() {
  local name=$1 node=$2 signal=$3 pid deadline=$((SECONDS + 30))
  pid=$(pid_of "$name" "$node") || { rm -f "$(pid_file_of "$name" "$node")"; return 0; }
  kill "-$signal" "$pid" && kill -CONT "$pid"
  while pid_of "$name" "$node" >/dev/null; do
    if [ $SECONDS -ge $deadline ]; then
      complain "$name node $node (pid $pid) did not end within 30 s of SIG$signal; killing it"
      kill -KILL "$pid"
      deadline=$((SECONDS + 30))
    fi
    sleep 0.05
  done
  rm -f "$(pid_file_of "$name" "$node")"
}
