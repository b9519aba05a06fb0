#!/bin/bash
# Installs what Klaxon is built and checked with; says what it installs, does nothing when all is there.
#   setup.sh build CACHE   compilers, libraries, librdkafka and cpp-httplib
#   setup.sh all CACHE     also what the checks need: clang's tools, and what the real Kafka of the
#                          tests needs (tests/stack/stack install)
# Debian 12 and 13, as root or through sudo.
set -euo pipefail
what=$1 cache=$2
here=$(dirname "$(readlink -f "$0")")
root=$(readlink -f "$here/../..")

build_packages=(ca-certificates ccache clang-19 cmake debian-archive-keyring dpkg-dev g++ mold ninja-build
  pkg-config libbenchmark-dev libcli11-dev libcurl4-openssl-dev libfmt-dev libhowardhinnant-date-dev liblz4-dev libre2-dev libsasl2-dev libspdlog-dev
  libsqlite3-dev libssl-dev libyaml-cpp-dev libzstd-dev nlohmann-json3-dev prometheus-cpp-dev python3 tzdata zlib1g-dev)
check_packages=(clang-format-19 clang-tidy-19 git libclang-rt-19-dev openssl procps python3-aiosmtpd python3-jsonschema python3-yaml)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo > /dev/null; then sudo "$@"
  else fail "this needs root and there is no sudo: $*"
  fi
}

# missing PACKAGE...: those that are not installed
missing() {
  comm -23 <(printf '%s\n' "$@" | sort -u) \
           <(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2> /dev/null |
             sed -n 's/^installed //p' | sort -u)
}

install_packages() {
  local needed log
  mapfile -t needed < <(missing "$@")
  [ "${#needed[@]}" -gt 0 ] || return 0
  say "installing from the distribution: ${needed[*]}"
  log=$(mktemp)
  as_root apt-get -qq update > "$log" 2>&1 &&
    as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get -qq -y --no-install-recommends install "${needed[@]}" >> "$log" 2>&1 ||
    { tail -20 "$log" >&2; rm -f "$log"; fail "apt-get could not install them (see above)"; }
  rm -f "$log"
}

# Catch2 3: Debian 13's own; Debian 12 has 2 and the backport has 3.
install_catch2() {
  local installed work
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Version}' catch2 2> /dev/null || true)
  case $installed in "installed 3."*) return 0 ;; esac
  if [ "$(. /etc/os-release && echo "$VERSION_ID")" != 12 ]; then install_packages catch2; return; fi
  say "installing from bookworm-backports: catch2 libcatch2-dev"
  work=$(mktemp -d)
  as_root "$here/side.sh" "$work" bookworm-backports install catch2 libcatch2-dev > "$work/log" 2>&1 ||
    { tail -20 "$work/log" >&2; fail "apt-get could not install Catch2 (see above)"; }
  as_root rm -rf "$work"
}

case $(. /etc/os-release && echo "$ID:${VERSION_ID:-}") in
  debian:12 | debian:13) ;;
  *) say "written for Debian 12 and 13; trying all the same" ;;
esac
packages=("${build_packages[@]}")
[ "$what" = build ] || packages+=("${check_packages[@]}")
install_packages "${packages[@]}"
install_catch2
"$here/build.sh" "$cache"

if [ "$what" = all ] && [ -x "$root/tests/stack/stack" ]; then
  stack=$root/tests/stack/stack
  "$stack" install && "$stack" install prometheus | sed '/stack: prometheus: /d' || {
    [ "${CI:-}" != true ] || fail "the real Kafka of the tests could not be installed"
    say "no real Kafka here: its tests will be skipped (and say so)"
  }
fi
