#include <utility>

#include "collectors/schema_registry/book.h"

/// The part of the Book that knows the subjects' own levels and modes.
namespace klaxon::schema_registry_collector {

void Book::SetCompatibility(const std::string& subject, std::string level) {
  const auto found = drafts_.find(subject);
  if (found != drafts_.end() && found->second.compatibility != level) {
    found->second.compatibility = std::move(level);
    Change(found->second);
  }
}

void Book::SetMode(const std::string& subject, std::string mode) {
  const auto found = drafts_.find(subject);
  if (found != drafts_.end() && found->second.mode != mode) {
    found->second.mode = std::move(mode);
    Change(found->second);
  }
}

bool Book::SettingsKnown(const std::string& subject) const {
  const auto found = drafts_.find(subject);
  return unreadable_.Has(subject, UnreadablePart::kSettings) ||
         (found != drafts_.end() && found->second.compatibility && found->second.mode);
}

void Book::SettingsRead(const std::string& subject, const Instant& at) {
  unreadable_.Remove(subject, UnreadablePart::kSettings);
  if (const auto found = drafts_.find(subject); found != drafts_.end()) {
    found->second.settings_at = at;
  }
}

std::optional<Instant> Book::OldestSettings() const {
  std::optional<Instant> oldest;
  for (const auto& [name, draft] : drafts_) {
    if (unreadable_.Has(name, UnreadablePart::kSettings)) {
      continue;
    }
    if (!draft.settings_at) {
      return std::nullopt;
    }
    oldest = oldest && oldest->mono < draft.settings_at->mono ? oldest : draft.settings_at;
  }
  return oldest;
}

}  // namespace klaxon::schema_registry_collector
