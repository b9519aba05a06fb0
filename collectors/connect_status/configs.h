#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/connect_configs.h"

namespace klaxon::connect_status_collector {

/// What is in a config topic, record by record, and what each record changed. Source:
/// KafkaConfigBackingStore of Kafka 2.8 to 4.x. The records are hostile: what is none, or beyond
/// the bounds, is left out. Of a value only what may be shown is kept, and a digest.
class Configs {
 public:
  static constexpr size_t kMostKeys = 2'000;  ///< of one connector
  static constexpr size_t kMostChanges = 200;

  /// `value` empty: what the key names is gone. True: it changed something.
  bool Apply(std::string_view key, std::optional<std::string_view> value,
             std::optional<WallTime> written);

  /// The topic was read to its end: what comes from now on happens now. `before` (null: nothing)
  /// is what was known before it was begun anew; what differs from that has changed meanwhile.
  void Settle(const Configs* before);

  bool settled() const { return settled_; }

  /// As it is now; the same object until something changes.
  std::shared_ptr<const ConnectConfigs> Published();

 private:
  struct Value {
    std::string shown{};
    uint64_t digest = 0;  // of the value as it is
  };

  using Keys = std::map<std::string, Value>;

  struct Row {
    std::optional<Keys> keys{};  // empty: configured not yet, or not any more
    ConnectConfigRow told{};
  };

  using Rows = std::map<std::string, Row, std::less<>>;

  static Value ReadValue(std::string_view key, std::string_view value);
  static std::optional<Keys> ReadKeys(std::string_view value);
  static std::string Difference(const Keys& before, const Keys& now);
  static std::string Beginning(const Row& row);

  Row* RowOf(std::string_view name);
  bool TakeConfig(std::string_view name, std::optional<std::string_view> value,
                  std::optional<WallTime> written);
  bool TakeTarget(std::string_view name, std::string_view value, std::optional<WallTime> written);
  bool TakeTasks(std::string_view name, std::string_view value, std::optional<WallTime> written);
  bool TakeRestart(std::string_view name, std::string_view value, std::optional<WallTime> written);
  void Note(ConnectChangeKind kind, std::string_view name, std::optional<WallTime> written,
            std::string detail);
  void NoteDifference(const std::string& name, const Row& before, const Row& now);

  Rows rows_{};
  std::vector<ConnectChange> changes_{};
  uint64_t sequence_ = 0;  // of the newest change
  bool settled_ = false;
  std::shared_ptr<const ConnectConfigs> published_{};  // null: older than the rest
};

}  // namespace klaxon::connect_status_collector
