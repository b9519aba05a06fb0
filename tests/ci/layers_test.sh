#!/bin/bash
# .ci/layers on small planted trees: what it must refuse, what it must let through.
set -euo pipefail
layers=$PWD/.ci/layers
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failures=0

expect() {  # expect refused|allowed FILE INCLUDE
  local verdict=allowed
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/$(dirname "$2")"
  printf '#pragma once\n#include %s\n' "$3" > "$tree/$2"
  "$layers" "$tree" > "$tree/output" || verdict=refused
  if [ "$verdict" != "$1" ]; then
    printf 'FAILED: %s with %s was %s\n' "$2" "$3" "$verdict"
    failures=$((failures + 1))
  elif [ "$1" = refused ] && ! grep -q "^$2:2: " "$tree/output"; then
    printf 'FAILED: no file and line for %s\n' "$2"
    failures=$((failures + 1))
  fi
}

expect allowed agent/base/text.cc '"agent/base/text.h"'
expect refused agent/base/text.cc '"agent/model/view.h"'
expect allowed agent/model/view.h '"agent/base/result.h"'
expect refused agent/model/view.h '"agent/kafka/cluster_client.h"'
expect refused agent/kafka/wire/codec.cc '"agent/config/document.h"'
expect allowed agent/kafka/cluster.cc '"agent/kafka/wire/codec.h"'
expect allowed agent/simulator/broker.cc '"agent/kafka/wire/codec.h"'
expect refused agent/simulator/broker.cc '"agent/kafka/cluster_client.h"'
expect refused agent/http/server.cc '"agent/model/view.h"'
expect allowed collectors/kafka/collector.cc '"collectors/collector.h"'
expect allowed collectors/kafka/collector.cc '"collectors/kafka/fetch.h"'
expect refused collectors/kafka/collector.cc '"collectors/connect/fetch.h"'
expect refused collectors/kafka/collector.cc '"exporters/exporter.h"'
expect refused collectors/kafka/collector.cc '"agent/metrics/catalogue.h"'
expect refused collectors/collector.h '"collectors/kafka/fetch.h"'
expect allowed exporters/prometheus/page.cc '"agent/metrics/catalogue.h"'
expect refused exporters/prometheus/page.cc '"exporters/api/routes.h"'
expect refused exporters/prometheus/page.cc '"agent/kafka/cluster_client.h"'
expect allowed agent/app/main.cc '"collectors/kafka/collector.h"'
expect refused collectors/kafka/collector.cc '"agent/app/registry.h"'
expect refused agent/base/text.cc '"text.h"'
expect refused agent/base/text.cc '"tests/support/fake_clock.h"'
expect refused agent/new_folder/x.cc '"agent/base/text.h"'
expect refused agent/http/client.h '<httplib.h>'
expect allowed agent/http/client.cc '<httplib.h>'
expect refused agent/connect/client.cc '<httplib.h>'
expect refused agent/connect/client.h '<nlohmann/json.hpp>'
expect allowed agent/connect/client.h '<nlohmann/json_fwd.hpp>'
expect allowed agent/connect/client.cc '<nlohmann/json.hpp>'
expect refused agent/model/view.cc '<yaml-cpp/yaml.h>'
expect allowed agent/base/log.cc '<spdlog/spdlog.h>'
expect refused agent/base/log.h '<spdlog/spdlog.h>'
expect refused agent/http/client.cc '<CLI/CLI.hpp>'

# The folders of alerts stand one by one.
expect allowed alerts/lifecycle/engine.cc '"alerts/rules/group.h"'
expect refused alerts/rules/group.cc '"alerts/lifecycle/engine.h"'
expect allowed alerts/receivers/slack.cc '"alerts/notify/message.h"'
expect refused alerts/notify/hub.cc '"alerts/receivers/slack.h"'
expect refused alerts/new_folder/x.cc '"agent/base/text.h"'

# The table of the document says the same.
expect_table() {  # expect_table allowed|refused SED: the real document, edited
  local verdict=allowed
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/docs" "$tree/agent/base"
  echo '#pragma once' > "$tree/agent/base/text.h"
  sed "$2" docs/architecture.md > "$tree/docs/architecture.md"
  "$layers" "$tree" > /dev/null || verdict=refused
  [ "$verdict" = "$1" ] || { echo "FAILED: a table edited by '$2' was $verdict"; failures=$((failures + 1)); }
}
expect_table allowed ''
expect_table refused '/^| `agent\/promql`/s/base, series/base/'
expect_table refused '/^| `alerts\/api`/d'

# A header that says it is private may hold a library, and is held to its word.
expect_tree() {  # expect_tree allowed|refused FILE: the planted header and a file that includes it
  local verdict=allowed
  rm -rf "${tree:?}"/*
  mkdir -p "$tree/exporters/api" "$tree/exporters/page"
  printf '/// For .cc files of this folder only.\n#include <nlohmann/json.hpp>\n' > "$tree/exporters/api/json.h"
  echo '#include "exporters/api/json.h"' > "$tree/$2"
  "$layers" "$tree" > /dev/null || verdict=refused
  [ "$verdict" = "$1" ] || { echo "FAILED: private header in $2 was $verdict"; failures=$((failures + 1)); }
}
expect_tree allowed exporters/api/groups.cc
expect_tree refused exporters/api/groups.h
expect_tree refused exporters/page/page.cc
rm -rf "${tree:?}"/*
mkdir -p "$tree/exporters/api"
echo '/// For .cc files of this folder only.' | tee "$tree/exporters/api/json.h" > "$tree/exporters/api/more.h"
echo '#include "exporters/api/json.h"' >> "$tree/exporters/api/more.h"
"$layers" "$tree" > /dev/null || { echo "FAILED: a private header in another one was refused"; failures=$((failures + 1)); }
exit $((failures > 0))
