#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace klaxon {

/// A thing that has a name: a topic, a group, a connector. One object per thing while anything
/// refers to it, so that its id and address identify it and nobody downstream hashes the name
/// again.
struct Entity {
  uint64_t id = 0;  ///< unique in the process, never used again
  std::string name{};
};

using EntityRef = std::shared_ptr<const Entity>;

/// Hands out one Entity per name. One table for each kind of thing in a cluster; confined to the
/// thread of its collector (the entities themselves are immutable and may go anywhere).
class EntityTable {
 public:
  /// The entity of that name; made when there is none. A deleted and recreated thing whose old
  /// entity nobody holds any more gets a new id.
  EntityRef Intern(std::string_view name);

  /// Forgets entities that nobody else holds. Call it once a poll.
  void Sweep();

  size_t size() const { return entities_.size(); }

 private:
  std::map<std::string, EntityRef, std::less<>> entities_;
};

}  // namespace klaxon
