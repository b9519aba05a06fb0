#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/registry/topic_record.h"
#include "collectors/schema_registry/book.h"

namespace klaxon::schema_registry_collector {

/// What the records of a registry's topic come to, in their order. Bounded as the Book is; confined
/// to one thread.
class Ledger {
 public:
  /// Takes the next record. `settled`: everything before it was read, so that a version deleted
  /// for good that was not deleted softly is lost. False: the record is none of a registry's.
  bool Apply(std::string_view key, std::optional<std::string_view> value, bool settled);

  Book& book() { return book_; }

  /// Of the whole registry; empty: none was ever set.
  const std::string& compatibility() const { return compatibility_; }

  const std::string& mode() const { return mode_; }

  /// The highest id of the default context that was seen, deleted ones too; 0: none.
  int32_t max_id() const { return max_id_; }

  uint64_t records() const { return records_; }

  uint64_t unreadable() const { return unreadable_; }

  /// Versions that were deleted past the registry, in words: the first kLostKept of `lost_total`.
  const std::vector<std::string>& lost() const { return lost_; }

  uint64_t lost_total() const { return lost_total_; }

  static constexpr size_t kLostKept = 20;

 private:
  using Settings = std::map<std::string, std::string, std::less<>>;

  void TakeSchema(registry::TopicRecord record, bool settled);
  void TakeSetting(const registry::TopicRecord& record, bool mode);
  void TellSettings(const std::string& subject);

  Book book_{};
  Settings levels_{};  // of subjects, also of those without versions
  Settings modes_{};
  std::string compatibility_{};
  std::string mode_{};
  int32_t max_id_ = 0;
  uint64_t records_ = 0;
  uint64_t unreadable_ = 0;
  std::vector<std::string> lost_{};
  uint64_t lost_total_ = 0;
};

}  // namespace klaxon::schema_registry_collector
