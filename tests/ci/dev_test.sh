#!/bin/bash
# ./dev explains itself, and refuses what it does not know before it does anything.
set -euo pipefail
failures=0

expect() {  # expect STATUS PATTERN ARGUMENTS...
  local status=0 wanted=$1 pattern=$2 output
  shift 2
  output=$(./dev "$@" 2>&1) || status=$?
  if [ "$status" != "$wanted" ] || ! grep -q -- "$pattern" <<< "$output"; then
    printf 'FAILED: ./dev %s: status %s, said:\n%s\n' "$*" "$status" "$output"
    failures=$((failures + 1))
  fi
}

expect 0 './dev test \[filter\]'
expect 0 './dev demo' help
expect 2 "no 'biuld' here; ./dev help" biuld
expect 2 "no preset 'relaese'" build relaese
expect 2 "is no number of seconds" fuzz soon
expect 2 "up, down or status" stack sideways
exit $((failures > 0))
