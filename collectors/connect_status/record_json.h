#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

/// What the readers of Connect's own topics share; for .cc files of this folder only.
namespace klaxon::connect_status_collector {

/// Of one cluster: what a topic says of more is left out.
inline constexpr size_t kMostConnectors = 20'000;

/// The JSON object in a record's value; null: it is none, or longer than `most` bytes.
nlohmann::json ObjectIn(std::string_view value, size_t most);

/// The text at a key; empty: there is none. REQUIRES: `object` is an object or null.
std::string TextAt(const nlohmann::json& object, const char* key);

}  // namespace klaxon::connect_status_collector
