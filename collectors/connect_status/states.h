#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "agent/model/connect_status.h"

namespace klaxon::connect_status_collector {

/// The states in a status topic, record by record. Source: KafkaStatusBackingStore of Kafka 2.8 to
/// 4.x. The records are hostile: what is not a status, or beyond the bounds, is left out.
class States {
 public:
  static constexpr size_t kMostTasks = 10'000;  ///< of one connector

  /// `value` empty: what the key names is gone. True: the table is another one now.
  bool Apply(std::string_view key, std::optional<std::string_view> value);

  /// As it is now; the same object until something changes.
  std::shared_ptr<const ConnectStatusTable> Table();

 private:
  bool Remove(std::string_view name, std::optional<int32_t> task);
  bool Put(std::string_view name, std::optional<int32_t> task, ConnectTold told);

  ConnectStatusTable table_{};
  std::shared_ptr<const ConnectStatusTable> published_{};  // null: older than table_
};

}  // namespace klaxon::connect_status_collector
