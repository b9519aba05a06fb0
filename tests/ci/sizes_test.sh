#!/bin/bash
# .ci/sizes on planted files. The words it looks for are put together here, so that it does not find
# them in this file.
set -euo pipefail
sizes=$PWD/.ci/sizes
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
mkdir tests
failures=0

expect() {  # expect refused|allowed FILE   (its content comes from standard input)
  local verdict=allowed
  cat > "$2"
  "$sizes" "$2" > /dev/null || verdict=refused
  [ "$verdict" = "$1" ] || { echo "FAILED: $2 was $verdict"; failures=$((failures + 1)); }
}

seq 400 | expect allowed long.cc
seq 401 | expect refused long.cc
seq 600 | expect allowed tests/long_test.cc
seq 601 | expect refused tests/long_test.cc
seq 5000 | expect allowed recorded.txt
mirror=deb.debian
expect refused fetch.sh <<< "curl https://$mirror.org/debian"
expect refused settings.xml <<< "<url>https://repo.maven.apache""$(printf .org)/maven2</url>"
root=root
expect refused notes.md <<< "see /$root/notes"
expect allowed script.sh <<< 'cp "$root/notes" build/work/notes'
printf 'caf\xe9 \xff\n' | expect allowed picture.bin
exit $((failures > 0))
