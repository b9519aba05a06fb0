#include "collectors/connect_status/configs.h"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "agent/connect/digest.h"
#include "collectors/connect_status/record_json.h"

namespace klaxon::connect_status_collector {
namespace {

constexpr size_t kMostOfConfig = size_t{1} << 20U;  // of a value: what a topic takes by default
constexpr size_t kLongestKey = 1024;
constexpr size_t kLongestValue = 200;
constexpr size_t kMostLines = 20;  // of one change
constexpr std::string_view kArrow = " \u2192 ";

/// Null: not such a JSON object.
nlohmann::json ConfigIn(std::string_view value) {
  return ObjectIn(value, kMostOfConfig);
}

std::string WordAt(const nlohmann::json& object, const char* key) {
  return Printable(TextAt(object, key), 40);
}

bool TrueAt(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// The text behind `prefix`; empty: `key` is another one.
std::string_view Behind(std::string_view prefix, std::string_view key) {
  return key.starts_with(prefix) ? key.substr(prefix.size()) : std::string_view();
}

}  // namespace

Configs::Value Configs::ReadValue(std::string_view key, std::string_view value) {
  static const connect::Digester digester;
  return {.shown = IsSecretKey(key) ? "***" : Printable(MaskSecrets(value), kLongestValue),
          .digest = digester.Of(value)};
}

std::optional<Configs::Keys> Configs::ReadKeys(std::string_view value) {
  const nlohmann::json json = ConfigIn(value);
  const auto properties = json.find("properties");
  if (properties == json.end() || !properties->is_object()) {
    return std::nullopt;
  }
  Keys keys;
  for (const auto& [key, member] : properties->items()) {
    if (keys.size() == kMostKeys) {
      break;
    }
    const std::string text = member.is_string() ? member.get<std::string>() : member.dump();
    keys.emplace(Printable(key, kLongestValue), ReadValue(key, text));
  }
  return keys;
}

std::string Configs::Difference(const Keys& before, const Keys& now) {
  std::string lines;
  size_t count = 0;
  const auto add = [&](const std::string& line) {
    if (++count <= kMostLines) {
      lines += line + "\n";
    }
  };
  for (const auto& [key, value] : now) {
    const auto old = before.find(key);
    if (old == before.end()) {
      add(fmt::format("{}: {} (new)", key, value.shown));
    } else if (old->second.digest != value.digest) {
      add(old->second.shown == value.shown
              ? fmt::format("{}: changed, in what is not shown", key)
              : fmt::format("{}: {}{}{}", key, old->second.shown, kArrow, value.shown));
    }
  }
  for (const auto& [key, value] : before) {
    if (!now.contains(key)) {
      add(fmt::format("{}: removed, was {}", key, value.shown));
    }
  }
  if (count > kMostLines) {
    return fmt::format("{}and {} more", lines, count - kMostLines);
  }
  return lines.substr(0, lines.empty() ? 0 : lines.size() - 1);
}

/// What a new connector is.
std::string Configs::Beginning(const Row& row) {
  const auto of = [&](const char* key) {
    const auto found = row.keys->find(key);
    return found == row.keys->end() ? "" : fmt::format("{}: {}\n", key, found->second.shown);
  };
  return of("connector.class") + of("tasks.max") + of("topics") +
         fmt::format("target state: {}", row.told.target);
}

/// Null: there are too many.
Configs::Row* Configs::RowOf(std::string_view name) {
  const auto found = rows_.find(name);
  if (found != rows_.end()) {
    return &found->second;
  }
  return rows_.size() < kMostConnectors ? &rows_[std::string(name)] : nullptr;
}

void Configs::Note(ConnectChangeKind kind, std::string_view name, std::optional<WallTime> written,
                   std::string detail) {
  if (changes_.size() == kMostChanges) {
    changes_.erase(changes_.begin());
  }
  changes_.push_back({.sequence = ++sequence_,
                      .kind = kind,
                      .connector = std::string(name),
                      .written = written,
                      .detail = std::move(detail),
                      .seen = settled_});
}

bool Configs::TakeConfig(std::string_view name, std::optional<std::string_view> value,
                         std::optional<WallTime> written) {
  if (!value) {
    const auto found = rows_.find(name);
    if (found == rows_.end()) {
      return false;
    }
    if (found->second.keys) {
      Note(ConnectChangeKind::kDeleted, name, written, "");
    }
    rows_.erase(found);
    return true;
  }
  std::optional<Keys> keys = ReadKeys(*value);
  Row* row = keys ? RowOf(name) : nullptr;
  if (row == nullptr) {
    return false;
  }
  const std::optional<Keys> before = std::exchange(row->keys, std::move(keys));
  row->told.configured = written;
  if (before) {
    std::string lines = Difference(*before, *row->keys);
    if (!lines.empty()) {
      Note(ConnectChangeKind::kConfigured, name, written, std::move(lines));
    }
  } else if (settled_) {  // what a compacted topic still holds may be much older
    Note(ConnectChangeKind::kCreated, name, written, Beginning(*row));
  }
  return true;
}

/// "state" is STARTED or PAUSED; since 3.5 "state.v2" has STOPPED as well (KIP-875).
bool Configs::TakeTarget(std::string_view name, std::string_view value,
                         std::optional<WallTime> written) {
  const nlohmann::json json = ConfigIn(value);
  const std::string newer = WordAt(json, "state.v2");
  const std::string target = newer.empty() ? WordAt(json, "state") : newer;
  Row* row = target.empty() ? nullptr : RowOf(name);
  if (row == nullptr || row->told.target == target) {
    return false;
  }
  const std::string before = std::exchange(row->told.target, target);
  if (row->keys) {  // else it comes before the configuration of a new one
    Note(ConnectChangeKind::kTargetState, name, written, before + std::string(kArrow) + target);
  }
  return true;
}

/// Written whenever the configurations of tasks are complete.
bool Configs::TakeTasks(std::string_view name, std::string_view value,
                        std::optional<WallTime> written) {
  const nlohmann::json json = ConfigIn(value);
  const auto tasks = json.find("tasks");
  constexpr uint64_t kMostTasks = 1'000'000;
  if (tasks == json.end() || !tasks->is_number_unsigned() || tasks->get<uint64_t>() > kMostTasks) {
    return false;
  }
  const auto now = static_cast<int32_t>(tasks->get<uint64_t>());
  Row* row = RowOf(name);
  if (row == nullptr) {
    return false;
  }
  const std::optional<int32_t> before = std::exchange(row->told.tasks, now);
  Note(ConnectChangeKind::kTasks, name, written,
       before && *before != now ? fmt::format("{}{}{} tasks", *before, kArrow, now)
                                : fmt::format("{} tasks", now));
  return true;
}

bool Configs::TakeRestart(std::string_view name, std::string_view value,
                          std::optional<WallTime> written) {
  const nlohmann::json json = ConfigIn(value);
  if (json.is_null()) {
    return false;
  }
  Note(ConnectChangeKind::kRestart, name, written,
       fmt::format("{}{}",
                   TrueAt(json, "include-tasks") ? "with its tasks" : "the connector without tasks",
                   TrueAt(json, "only-failed") ? ", what has failed only" : ""));
  return true;
}

bool Configs::Apply(std::string_view key, std::optional<std::string_view> value,
                    std::optional<WallTime> written) {
  bool changed = false;
  if (key.size() > kLongestKey) {
    return false;
  }
  if (const auto configured = Behind("connector-", key); !configured.empty()) {
    changed = TakeConfig(configured, value, written);
  } else if (!value) {
    return false;  // goes with the connector's own
  } else if (const auto target = Behind("target-state-", key); !target.empty()) {
    changed = TakeTarget(target, *value, written);
  } else if (const auto commit = Behind("commit-", key); !commit.empty()) {
    changed = TakeTasks(commit, *value, written);
  } else if (const auto restart = Behind("restart-connector-", key); !restart.empty()) {
    changed = TakeRestart(restart, *value, written);
  }
  if (changed) {
    published_.reset();
  }
  return changed;
}

void Configs::NoteDifference(const std::string& name, const Row& before, const Row& now) {
  if (!before.keys || !now.keys) {
    if (now.keys) {
      Note(ConnectChangeKind::kCreated, name, now.told.configured, Beginning(now));
    } else if (before.keys) {
      Note(ConnectChangeKind::kDeleted, name, std::nullopt, "");
    }
    return;
  }
  std::string lines = Difference(*before.keys, *now.keys);
  if (!lines.empty()) {
    Note(ConnectChangeKind::kConfigured, name, now.told.configured, std::move(lines));
  }
  if (before.told.target != now.told.target) {
    Note(ConnectChangeKind::kTargetState, name, std::nullopt,
         before.told.target + std::string(kArrow) + now.told.target);
  }
}

void Configs::Settle(const Configs* before) {
  settled_ = true;
  if (before == nullptr) {
    return;
  }
  changes_ = before->changes_;  // what was read again is in there
  sequence_ = before->sequence_;
  for (const auto& [name, row] : before->rows_) {
    const auto now = rows_.find(name);
    NoteDifference(name, row, now == rows_.end() ? Row() : now->second);
  }
  for (const auto& [name, row] : rows_) {
    if (!before->rows_.contains(name)) {
      NoteDifference(name, Row(), row);
    }
  }
  published_.reset();
}

std::shared_ptr<const ConnectConfigs> Configs::Published() {
  if (published_ == nullptr) {
    auto configs = std::make_shared<ConnectConfigs>();
    for (const auto& [name, row] : rows_) {
      if (row.keys) {
        configs->connectors.emplace(name, row.told);
      }
    }
    configs->changes = changes_;
    published_ = std::move(configs);
  }
  return published_;
}

}  // namespace klaxon::connect_status_collector
