#pragma once

#include <string>
#include <utility>
#include <vector>

#include "alerts/notify/receiver.h"
#include "tests/alerts/notify/scene.h"

/// What receivers are told in tests.
namespace klaxon::receivers {

inline const std::vector<std::pair<std::string, std::string>> kGroupA{
    {"alertname", "Stuck"}, {"severity", "critical"}, {"cluster", "prod"}, {"group", "a"}};
inline const std::vector<std::pair<std::string, std::string>> kGroupB{
    {"alertname", "Stuck"}, {"severity", "critical"}, {"cluster", "prod"}, {"group", "b"}};

/// Of one group, with a summary that every format has to escape.
inline notify::Message Told(std::vector<alerts::Alert> alerts) {
  for (alerts::Alert& alert : alerts) {
    alert.annotations = notify::LabelsFrom({{"summary", "It <is> stuck & \"late\""}});
    alert.generator_address = "http://klaxon:9308/rule";
  }
  return {.receiver = "ops",
          .group_key = R"({}:{alertname="Stuck"})",
          .group_labels = notify::LabelsFrom({{"alertname", "Stuck"}}),
          .alerts = std::move(alerts),
          .at = notify::At(100)};
}

}  // namespace klaxon::receivers
