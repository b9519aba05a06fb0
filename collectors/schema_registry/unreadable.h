#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/model/schema_registry_facts.h"

namespace klaxon::schema_registry_collector {

/// Why a subject of that name is not kept; empty: it is.
std::string OddName(std::string_view name);

/// Which subjects could not be read, and why: what a registry lists and does not tell is neither
/// gone nor in order. Bounded. Confined to one thread.
class Unreadable {
 public:
  /// Told again, it keeps the time of the first.
  void Add(std::string_view subject, UnreadablePart part, std::string why,
           std::optional<Instant> at = std::nullopt);

  void Remove(std::string_view subject, UnreadablePart part);

  /// The subject is not there any more.
  void Forget(std::string_view subject);

  /// Forgets those that are not among the names `listed`, unless `known` says that something is
  /// kept of them.
  void KeepListed(const std::vector<std::string>& listed,
                  const std::function<bool(const std::string&)>& known);

  bool Has(std::string_view subject, UnreadablePart part) const;

  /// The subject after this one whose versions could not be read, beginning anew at the end; empty:
  /// there is none.
  std::string NextVersions(std::string_view subject) const;

  /// "3, e.g. orders-value: ..." for people; nullopt: of that part there is none.
  std::optional<std::string> Words(UnreadablePart part) const;

  /// The same object as before if nothing has changed; null: there are none.
  std::shared_ptr<const UnreadableSubjects> Publish();

 private:
  struct Entry {
    std::string why{};
    std::optional<Instant> since{};
  };

  using Key = std::pair<std::string, UnreadablePart>;

  static Key KeyOf(std::string_view subject, UnreadablePart part);

  std::map<Key, Entry> entries_{};
  std::shared_ptr<const UnreadableSubjects> published_{};
  bool changed_ = false;
};

}  // namespace klaxon::schema_registry_collector
