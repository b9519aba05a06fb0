#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "collectors/schema_registry/book.h"

/// The part of the Book that is held against the registry's lists of subjects.
namespace klaxon::schema_registry_collector {
namespace {

constexpr size_t kMostDoubtful = 200'000;

}  // namespace

std::vector<std::string> Book::ActiveNames() const {
  std::vector<std::string> names;
  for (const auto& [name, draft] : drafts_) {
    if (!draft.deleted()) {
      names.push_back(name);
    }
  }
  return names;
}

void Book::Doubt(const std::string& subject) {
  if (OddName(subject).empty() && doubtful_.size() < kMostDoubtful &&
      !unreadable_.Has(subject, UnreadablePart::kVersions) &&
      (Has(subject) || !unreadable_.Has(subject, UnreadablePart::kLeftOut))) {
    doubtful_.insert(subject);
  }
}

void Book::TakeListed(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (std::string odd = OddName(name); !odd.empty()) {
      unreadable_.Add(name, UnreadablePart::kLeftOut, std::move(odd));
      continue;
    }
    const auto found = drafts_.find(name);
    if (found == drafts_.end() || found->second.deleted()) {
      Doubt(name);
    }
  }
}

std::vector<std::string> Book::Left(const std::vector<std::string>& names, bool deleted) const {
  const std::set<std::string_view> listed(names.begin(), names.end());
  std::vector<std::string> left;
  for (const auto& [name, draft] : drafts_) {
    if (draft.deleted() == deleted && !listed.contains(name)) {
      left.push_back(name);
    }
  }
  return left;
}

void Book::Vanish(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = drafts_.find(name);
    if (found == drafts_.end()) {
      continue;
    }
    for (SchemaVersionFacts& version : found->second.versions) {
      version.deleted = true;
    }
    found->second.vanished = true;
    Change(found->second);
    doubtful_.erase(name);  // the lists tell it sooner
  }
}

void Book::TakeDeleted(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = drafts_.find(name);
    if (found == drafts_.end()) {
      Doubt(name);
    } else if (found->second.vanished) {
      found->second.vanished = false;
      Change(found->second);
    }
  }
  unreadable_.KeepListed(names, [this](const std::string& name) { return Has(name); });
}

void Book::Clear() {
  EntityTable entities = std::move(entities_);
  *this = Book();
  entities_ = std::move(entities);
}

}  // namespace klaxon::schema_registry_collector
