# Class-data archives: a JVM that maps its classes from a file starts with about half the CPU. Sourced, never run.
#
# A broker start costs 2.6 s of CPU without and 1.6 s with one, and a test run starts some forty JVMs on two cores. An
# archive only saves time: a JVM that cannot use it (an updated Java, other packages) goes on without a word.

broker_archive() { printf '%s\n' "$cache/kafka-$1/broker.jsa"; }
tools_archive() { printf '%s\n' "$(dirname "$(tools_jar)")/tools.jsa"; }

# archive_flags FILE: the flags that use it, if it is there.
archive_flags() {
  [ -f "$1" ] && printf '%s\n' "-XX:SharedArchiveFile=$1" -Xlog:disable -Xlog:all=error:stderr
  return 0
}

# Runs a broker of VERSION once (and our tools against it, when it is the newer one) with the order to write the archives
# at its end.
make_archives() {
  local version=$1 name=kafka tools result=0
  [ "$version" = $kafka3 ] && name=kafka39
  tools=$(tools_archive)
  [ -f "$(broker_archive "$version")" ] && { [ "$version" = $kafka3 ] || [ -f "$tools" ]; } && return
  say "preparing fast starts of Kafka $version"
  (
    run_dir=$(mktemp -d) || exit 1
    trap 'down_one "$name"; rm -rf "$run_dir"' EXIT
    java_extra=("-XX:ArchiveClassesAtExit=$cache/kafka-$version/broker.jsa.new" -Xlog:disable)
    up_kafka "$name" || exit 1
    if [ "$version" = $kafka4 ]; then
      java "${jvm_flags[@]}" "-XX:ArchiveClassesAtExit=$tools.new" -Xlog:disable -Xmx256m -cp "$(tools_jar):$(libs_of $kafka4)/*" \
        klaxon.stack.Load --bootstrap "$(bootstrap_of "$name")" --groups 3 --new-protocol true </dev/null && mv "$tools.new" "$tools"
    fi
    end_node "$name" 1 TERM && mv "$cache/kafka-$version/broker.jsa.new" "$(broker_archive "$version")"
  ) >"$cache/archive.log" 2>&1 || result=1
  [ $result = 0 ] || complain "no archive for Kafka $version (log: $cache/archive.log); starts will be slower"
}
