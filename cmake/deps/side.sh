#!/bin/bash
# apt with a private configuration: packages of another Debian suite from the same mirror, verified by
# apt against Debian's keyring, while the machine's own sources and lists stay as they are.
#   side.sh DIR SUITE update
#   side.sh DIR SUITE version PACKAGE         newest source version, empty if there is none
#   side.sh DIR SUITE source PACKAGE=VERSION  downloads and verifies into the current directory
#   side.sh DIR SUITE install PACKAGE...      needs root
set -euo pipefail
dir=$1 suite=$2 verb=$3
shift 3
here=$(dirname "$(readlink -f "$0")")
key=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$dir"/{lists/partial,cache/archives/partial}
dir=$(readlink -f "$dir")
uri=$("$here/mirror.sh")
printf '%s [signed-by=%s] %s %s main\n' deb-src "$key" "$uri" "$suite" deb "$key" "$uri" "$suite" \
  > "$dir/sources.list"
[ "$verb" = install ] || [ "${SIDE_BINARY:-}" = 1 ] || sed -i '/^deb /d' "$dir/sources.list"

options=(-o "Dir::Etc::sourcelist=$dir/sources.list" -o Dir::Etc::sourceparts=/dev/null
         -o Dir::Etc::preferencesparts=/dev/null -o "Dir::State::lists=$dir/lists"
         -o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root
         -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
         -o APT::Update::Post-Invoke-Success::= -o APT::Update::Post-Invoke::=)
case $verb in
  update)  apt-get "${options[@]}" -qq update ;;
  version) apt-cache "${options[@]}" showsrc --only-source "$1" 2>/dev/null |
             sed -n 's/^Version: //p' | sort -V | tail -1 ;;
  source)  apt-get "${options[@]}" -qq source --download-only --only-source "$1" ;;
  install) SIDE_BINARY=1 apt-get "${options[@]}" -qq update
           DEBIAN_FRONTEND=noninteractive \
             apt-get "${options[@]}" -qq -y --no-install-recommends install "$@" ;;
  *) echo "side: unknown verb $verb" >&2; exit 2 ;;
esac
