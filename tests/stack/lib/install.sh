# Fetching what the stack runs on: Java, Maven packages, our compiled Java parts, Prometheus. Sourced, never run.
#
# Every step is skipped when its result is there, so a second run takes milliseconds. Results appear by rename, so that
# an interrupted or concurrent run never leaves half a folder behind.

dependency_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

# What cannot be had is a skip (77), because a machine without a package source is allowed; where CI=true it is a failure.
cannot_have() {
  complain "cannot install the real test stack: $*"
  [ "${CI:-}" = true ] && exit 1
  exit 77
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# need_command COMMAND PACKAGE
need_command() {
  command -v "$1" >/dev/null && return
  say "installing the Debian package $2 (for $1)"
  mkdir -p "$cache"
  { as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2"; } \
    >"$cache/apt.log" 2>&1 || { tail -n 5 "$cache/apt.log" >&2; cannot_have "'$1' is missing and apt-get could not install '$2' (log: $cache/apt.log)"; }
}

# The local repository is asked first (no network), then the configured remote ones, three times because they time out under load.
run_maven() {
  local attempt
  mvn -B -q -o "$@" >"$cache/maven.log" 2>&1 && return
  for attempt in 1 2 3; do
    mvn -B -q -U "$@" >"$cache/maven.log" 2>&1 && return
    sleep $((attempt * 2))
  done
  return 1
}

# install_packages NAME: what maven/NAME.xml names, into the cache.
install_packages() {
  local name=$1 pom target stamp
  pom=$stack_home/maven/$name.xml target=$cache/$name
  stamp=$(sha256sum <"$pom")
  [ "$(cat "$target/stamp" 2>/dev/null)" = "$stamp" ] && return
  need_command mvn maven
  say "fetching $name with Maven"
  rm -rf "$target.new"
  mkdir -p "$target.new"
  run_maven -f "$pom" "$dependency_plugin:copy-dependencies" "-DoutputDirectory=$target.new/libs" -DincludeScope=runtime ||
    { tail -n 5 "$cache/maven.log" >&2; cannot_have "Maven could not fetch $name (log: $cache/maven.log)"; }
  echo "$stamp" >"$target.new/stamp"
  rm -rf "$target"
  mv "$target.new" "$target"
}

# compile_jar SOURCE_FOLDER JAR
compile_jar() {
  local source=$1 jar=$2 work=$2.work
  [ -f "$jar" ] && return
  need_command javac default-jdk-headless
  say "compiling $(basename "$source")"
  rm -rf "$work"
  mkdir -p "$work"
  [ -d "$source/META-INF" ] && cp -r "$source/META-INF" "$work/"
  find "$source" -name '*.java' -print0 | xargs -0 javac --release 17 -Xlint:all,-classfile,-try -Werror -cp "$(libs_of $kafka4)/*" -d "$work" &&
    jar cf "$work.jar" -C "$work" . || { complain "compiling $source failed"; exit 1; }
  rm -rf "$work"
  mv "$work.jar" "$jar"
}

# Debian's packages are unpacked, not installed: installing prometheus would start it as a service.
install_prometheus() {
  local target=$cache/prometheus
  [ -x "$target/usr/bin/promtool" ] && return
  say "fetching Debian's prometheus (unpacked in the cache, no service)"
  rm -rf "$target.new"
  mkdir -p "$target.new/deb"
  (cd "$target.new/deb" && { apt-get download -qq prometheus || { as_root apt-get update -qq && apt-get download -qq prometheus; }; }) \
    >"$cache/apt.log" 2>&1 || { tail -n 5 "$cache/apt.log" >&2; cannot_have "apt-get could not download prometheus (log: $cache/apt.log)"; }
  dpkg -x "$target.new"/deb/prometheus_*.deb "$target.new" || cannot_have "dpkg could not unpack prometheus"
  rm -rf "$target" "$target.new/deb"
  mv "$target.new" "$target"
}

# Debian's Alertmanager wants its templates in /usr/share: its copy here takes them from where it is started.
install_alertmanager() {
  local target=$cache/alertmanager shared=/usr/share/prometheus/alertmanager
  [ -x "$target/prometheus-alertmanager" ] && return
  say "fetching Debian's prometheus-alertmanager (unpacked in the cache, no service)"
  rm -rf "$target.new"
  mkdir -p "$target.new/deb"
  (cd "$target.new/deb" && { apt-get download -qq prometheus-alertmanager || { as_root apt-get update -qq && apt-get download -qq prometheus-alertmanager; }; }) \
    >"$cache/apt.log" 2>&1 || { tail -n 5 "$cache/apt.log" >&2; cannot_have "apt-get could not download prometheus-alertmanager (log: $cache/apt.log)"; }
  dpkg -x "$target.new"/deb/prometheus-alertmanager_*.deb "$target.new/deb" || cannot_have "dpkg could not unpack prometheus-alertmanager"
  mv "$target.new/deb$shared"/*.tmpl "$target.new/deb/usr/bin"/* "$target.new/"
  rm -rf "$target" "$target.new/deb"
  sed -i "s#$shared#$(printf "./%.0s" {1..17})#g" "$target.new/prometheus-alertmanager"
  mv "$target.new" "$target"
}

# Confluent's serializers for Python, in a virtual environment of their own.
serializers=serializers-$(sha256sum <"$stack_home/serializers/requirements.txt" | cut -c1-12)
install_serializers() {
  local target=$cache/$serializers
  [ -x "$target/bin/python" ] && return
  say "fetching Confluent's serializers for Python" >&2
  mkdir -p "$cache"
  rm -rf "$target.new"
  python3 -m venv "$target.new" >"$cache/pip.log" 2>&1 || { as_root apt-get install -y -qq python3-venv && python3 -m venv "$target.new"; } >>"$cache/pip.log" 2>&1 ||
    cannot_have "python3 -m venv failed (log: $cache/pip.log)"
  "$target.new/bin/python" -m pip install --quiet --requirement "$stack_home/serializers/requirements.txt" >>"$cache/pip.log" 2>&1 ||
    { tail -n 5 "$cache/pip.log" >&2; cannot_have "pip could not install the serializers (log: $cache/pip.log)"; }
  # The folder is used by its interpreter alone, so that it may move.
  rm -rf "$target"
  mv "$target.new" "$target"
}

# Everything under one lock: several checkouts share the cache.
install_all() {
  mkdir -p "$cache" || cannot_have "the folder $cache cannot be made"
  exec 9>"$cache/lock"
  flock -w 900 9 || cannot_have "another install has held $cache/lock for 15 minutes"
  need_command python3 python3
  need_command java default-jdk-headless
  need_command openssl openssl
  install_packages kafka-$kafka4
  install_packages kafka-$kafka3
  install_packages $zookeeper_metrics
  install_packages $connect_mirror
  install_packages $connect_test_plugins
  compile_jar "$stack_home/java" "$(mkdir -p "$(dirname "$(tools_jar)")" && tools_jar)"
  compile_jar "$stack_home/connect_plugin" "$(mkdir -p "$(plugin_path)/klaxon-test" && plugin_path)/klaxon-test/klaxon-test.jar"
  make_archives $kafka4
  make_archives $kafka3
  # Only one test needs Prometheus: without it the others still run.
  (install_prometheus && install_alertmanager) || { [ "${CI:-}" = true ] && exit 1; say "without Prometheus its test will be skipped"; }
  exec 9>&-
}
