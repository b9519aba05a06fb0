#include "agent/model/entity.h"

#include <atomic>

namespace klaxon {
namespace {

std::atomic<uint64_t> next_id{1};

}  // namespace

EntityRef EntityTable::Intern(std::string_view name) {
  const auto found = entities_.lower_bound(name);
  if (found != entities_.end() && found->first == name) {
    return found->second;
  }
  auto made = std::make_shared<const Entity>(Entity{.id = next_id++, .name = std::string(name)});
  entities_.emplace_hint(found, std::string(name), made);
  return made;
}

void EntityTable::Sweep() {
  std::erase_if(entities_, [](const auto& entry) { return entry.second.use_count() == 1; });
}

}  // namespace klaxon
