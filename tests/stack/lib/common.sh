# Paths, messages and Java settings that every part of the stack scripts shares. Sourced, never run.

stack_home=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
checkout=$(cd "$stack_home/../.." && pwd)

# Packages are shared by all checkouts; what a run writes belongs to one stack directory.
cache=${KLAXON_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/klaxon}/stack
run_dir=${KLAXON_STACK_DIR:-$checkout/build/stack}

kafka4=4.3.1
kafka3=3.9.1
# There is none of 3.8.4, the ZooKeeper that Kafka 3.9.1 brings; this one works with it.
zookeeper_metrics=zookeeper-metrics-3.8.3
connect_mirror=connect-mirror-$kafka4
connect_test_plugins=connect-test-plugins-$kafka4

# Short-lived test brokers: a fast start matters more than peak speed. IPv4 only, because all addresses are 127.0.0.1.
jvm_flags=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xss512k -Djava.awt.headless=true -Djava.net.preferIPv4Stack=true)

say() { printf 'stack: %s\n' "$*"; }
complain() { printf 'stack: %s\n' "$*" >&2; }

libs_of() { printf '%s\n' "$cache/kafka-$1/libs"; }

# Both logging systems are configured: Kafka 4.x reads the first, 3.9 the second. $1 is the level.
logging_flags() {
  printf '%s\n' "-Dklaxon.log.level=$1" "-Dlog4j2.configurationFile=$stack_home/conf/log4j2.xml" \
    "-Dlog4j.configuration=file:$stack_home/conf/log4j.properties"
}

# One hash over the sources that an artifact is built from (content and names), so that checkouts that differ do not share it.
source_hash() { (cd "$1" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-12); }

tools_jar() { printf '%s\n' "$cache/java-$(source_hash "$stack_home/java")/klaxon-stack.jar"; }
plugin_path() { printf '%s\n' "$cache/connect-plugin-$(source_hash "$stack_home/connect_plugin")"; }
