#include "agent/connect/parse.h"

#include <algorithm>
#include <utility>

#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "agent/connect/json_value.h"

namespace klaxon::connect {
namespace {

constexpr size_t kStateLimit = 40;
constexpr size_t kTopicLimit = 249;  // org.apache.kafka.common.internals.Topic
constexpr size_t kOffsetLimit = 300;
constexpr size_t kWordsLimit = 1000;
constexpr size_t kMostItems = 1000;

using Value = JsonDocument::Value;

/// Parses, reads with `read(root, result)` and gives the result unless something was wrong.
template <class T, class Read>
Result<T> Parse(std::string_view body, Read read) {
  const Result<JsonDocument> document = JsonDocument::Parse(body);
  if (!document) {
    return document.error();
  }
  T result{};
  read(document->Root(), result);
  if (document->error()) {
    return *document->error();
  }
  return result;
}

void SortUnique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

std::string Shown(const std::string& text, size_t limit) {
  return Printable(MaskSecrets(text), limit);
}

ConnectHealth HealthOf(std::string_view word) {
  return word == "healthy"     ? ConnectHealth::kHealthy
         : word == "starting"  ? ConnectHealth::kStarting
         : word == "unhealthy" ? ConnectHealth::kUnhealthy
                               : ConnectHealth::kUnknown;
}

}  // namespace

Result<WorkerInfo> ParseWorkerInfo(std::string_view body) {
  return Parse<WorkerInfo>(body, [](const Value& root, WorkerInfo& info) {
    info = {.version = root["version"].Text(kStateLimit),
            .commit = root["commit"].Text(),
            .kafka_cluster_id = root["kafka_cluster_id"].Text()};
    if (info.version.empty()) {
      root["version"].Expect("a version");
    }
  });
}

Result<WorkerHealth> ParseHealth(std::string_view body) {
  return Parse<WorkerHealth>(body, [](const Value& root, WorkerHealth& health) {
    health.health = HealthOf(root["status"].Text(kStateLimit));
    health.words = Shown(root["message"].Raw(), kWordsLimit);
    if (health.health == ConnectHealth::kUnknown) {
      root["status"].Expect("healthy, starting or unhealthy");
    }
  });
}

Result<std::vector<std::string>> ParseNames(std::string_view body) {
  using Names = std::vector<std::string>;
  return Parse<Names>(body, [](const Value& root, Names& names) {
    root.Items([&](const Value& item) { names.push_back(item.Raw()); });
    SortUnique(names);
  });
}

Result<std::vector<std::string>> ParseTopics(std::string_view body) {
  using Names = std::vector<std::string>;
  return Parse<Names>(body, [](const Value& root, Names& names) {
    root.Members([&](const std::string&, const Value& connector) {
      connector["topics"].Items([&](const Value& topic) {
        if (names.size() < kMostItems) {
          names.push_back(topic.Text(kTopicLimit));
        }
      });
    });
    SortUnique(names);
  });
}

Result<std::vector<ConnectOffset>> ParseOffsets(std::string_view body) {
  using Offsets = std::vector<ConnectOffset>;
  return Parse<Offsets>(body, [](const Value& root, Offsets& offsets) {
    if (root["offsets"].absent()) {
      root["offsets"].Expect("a list");
    }
    root["offsets"].Items([&](const Value& item) {
      if (offsets.size() < kMostItems) {
        offsets.push_back({.partition = Shown(item["partition"].Json(), kOffsetLimit),
                           .offset = Shown(item["offset"].Json(), kOffsetLimit)});
      }
    });
  });
}

Result<std::vector<ConnectPlugin>> ParsePlugins(std::string_view body) {
  using Plugins = std::vector<ConnectPlugin>;
  return Parse<Plugins>(body, [](const Value& root, Plugins& plugins) {
    root.Items([&](const Value& item) {
      if (plugins.size() < kMostItems) {
        plugins.push_back({.java_class = item["class"].Text(),
                           .type = item["type"].Text(kStateLimit),
                           .version = item["version"].Text(kStateLimit)});
      }
    });
  });
}

std::string ErrorMessageIn(std::string_view body) {
  const auto message = Parse<std::string>(
      body, [](const Value& root, std::string& text) { text = Shown(root["message"].Raw(), 400); });
  return message ? *message : "";
}

}  // namespace klaxon::connect
