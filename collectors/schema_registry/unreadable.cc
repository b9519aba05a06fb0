#include "collectors/schema_registry/unreadable.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/registry/parse.h"

namespace klaxon::schema_registry_collector {
namespace {

constexpr size_t kMostUnreadable = 200'000;
constexpr size_t kUnreadableShown = 1'000;
constexpr size_t kLongestShown = 100;

}  // namespace

std::string OddName(std::string_view name) {
  if (name.empty()) {
    return "its name is empty";
  }
  return name.size() <= registry::kLongestName
             ? ""
             : fmt::format("its name has {} bytes; names of up to {} are read", name.size(),
                           registry::kLongestName);
}

/// A name that is too long is told from others by its beginning and its length.
Unreadable::Key Unreadable::KeyOf(std::string_view subject, UnreadablePart part) {
  return subject.size() <= registry::kLongestName
             ? Key(subject, part)
             : Key(fmt::format("{}... ({} bytes)", subject.substr(0, kLongestShown),
                               subject.size()),
                   part);
}

void Unreadable::Add(std::string_view subject, UnreadablePart part, std::string why,
                     std::optional<Instant> at) {
  const Key key = KeyOf(subject, part);
  const auto found = entries_.find(key);
  if (found == entries_.end()) {
    if (entries_.size() < kMostUnreadable) {
      entries_.emplace(key, Entry{.why = std::move(why), .since = at});
      changed_ = true;
    }
  } else if (found->second.why != why) {
    found->second.why = std::move(why);
    changed_ = true;
  }
}

void Unreadable::Remove(std::string_view subject, UnreadablePart part) {
  changed_ = entries_.erase(KeyOf(subject, part)) > 0 || changed_;
}

void Unreadable::Forget(std::string_view subject) {
  for (const UnreadablePart part :
       {UnreadablePart::kVersions, UnreadablePart::kSettings, UnreadablePart::kLeftOut}) {
    Remove(subject, part);
  }
}

void Unreadable::KeepListed(const std::vector<std::string>& listed,
                            const std::function<bool(const std::string&)>& known) {
  if (entries_.empty()) {
    return;
  }
  std::set<std::string> names;
  for (const std::string& name : listed) {
    names.insert(KeyOf(name, UnreadablePart::kLeftOut).first);
  }
  const auto gone = [&](const auto& entry) {
    return !names.contains(entry.first.first) && !known(entry.first.first);
  };
  changed_ = std::erase_if(entries_, gone) > 0 || changed_;
}

bool Unreadable::Has(std::string_view subject, UnreadablePart part) const {
  return !entries_.empty() && entries_.contains(KeyOf(subject, part));
}

std::string Unreadable::NextVersions(std::string_view subject) const {
  const auto next = [&](auto from) {
    return std::find_if(from, entries_.end(), [](const auto& entry) {
      return entry.first.second == UnreadablePart::kVersions;
    });
  };
  auto found = next(entries_.upper_bound(KeyOf(subject, UnreadablePart::kVersions)));
  found = found == entries_.end() ? next(entries_.begin()) : found;
  return found == entries_.end() ? "" : found->first.first;
}

std::optional<std::string> Unreadable::Words(UnreadablePart part) const {
  const auto of_part = [&](const auto& entry) { return entry.first.second == part; };
  const auto first = std::ranges::find_if(entries_, of_part);
  if (first == entries_.end()) {
    return std::nullopt;
  }
  const auto count = std::ranges::count_if(entries_, of_part);
  return fmt::format("{}{}: {}", count == 1 ? "" : fmt::format("{}, e.g. ", count),
                     Printable(first->first.first, kLongestShown), first->second.why);
}

std::shared_ptr<const UnreadableSubjects> Unreadable::Publish() {
  if (!changed_) {
    return published_;
  }
  changed_ = false;
  auto all = std::make_shared<UnreadableSubjects>();
  for (const auto& [key, entry] : entries_) {
    const auto& [name, part] = key;
    ++all->counts.at(static_cast<size_t>(part));
    if (all->subjects.size() < kUnreadableShown) {
      all->subjects.push_back({.name = name, .part = part, .why = entry.why, .since = entry.since});
    }
  }
  published_ = entries_.empty() ? nullptr : std::move(all);
  return published_;
}

}  // namespace klaxon::schema_registry_collector
