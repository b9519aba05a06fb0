#include "collectors/schema_registry/ledger.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::schema_registry_collector {
namespace {

using Kind = registry::TopicRecord::Kind;

constexpr size_t kMostSettings = 200'000;

std::string ValueOr(const std::map<std::string, std::string, std::less<>>& settings,
                    const std::string& subject) {
  const auto found = settings.find(subject);
  return found == settings.end() ? "" : found->second;
}

}  // namespace

void Ledger::TellSettings(const std::string& subject) {
  book_.SetCompatibility(subject, ValueOr(levels_, subject));
  book_.SetMode(subject, ValueOr(modes_, subject));
}

void Ledger::TakeSchema(registry::TopicRecord record, bool settled) {
  if (record.schema) {
    if (ContextOf(record.subject).empty()) {
      max_id_ = std::max(max_id_, record.schema->id);
    }
    const bool known = book_.Has(record.subject);
    book_.Take(*std::move(record.schema));
    if (!known) {
      TellSettings(record.subject);
    }
    return;
  }
  const std::optional<bool> was_deleted = book_.RemoveVersion(record.subject, record.version);
  if (settled && was_deleted == false) {
    ++lost_total_;
    if (lost_.size() < kLostKept) {
      lost_.push_back(fmt::format("{} version {}", Printable(record.subject, 100), record.version));
    }
  }
}

void Ledger::TakeSetting(const registry::TopicRecord& record, bool mode) {
  if (record.subject.empty()) {
    (mode ? mode_ : compatibility_) = record.setting;
    return;
  }
  Settings& settings = mode ? modes_ : levels_;
  if (record.setting.empty()) {
    settings.erase(record.subject);
  } else if (settings.size() < kMostSettings && record.subject.size() <= registry::kLongestName) {
    settings[record.subject] = record.setting;
  }
  TellSettings(record.subject);
}

bool Ledger::Apply(std::string_view key, std::optional<std::string_view> value, bool settled) {
  ++records_;
  Result<registry::TopicRecord> record = registry::ParseTopicRecord(key, value);
  if (!record) {
    ++unreadable_;
    return false;
  }
  switch (record->kind) {
    case Kind::kSchema:
      TakeSchema(*std::move(record), settled);
      break;
    case Kind::kCompatibility:
    case Kind::kMode:
      TakeSetting(*record, record->kind == Kind::kMode);
      break;
    case Kind::kDeleteSubject:
      book_.HideVersions(record->subject, record->version);
      break;
    case Kind::kClearSubject:
      book_.ForgetHidden(record->subject);
      break;
    case Kind::kOther:
      break;
  }
  return true;
}

}  // namespace klaxon::schema_registry_collector
