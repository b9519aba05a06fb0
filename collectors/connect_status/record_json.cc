#include "collectors/connect_status/record_json.h"

#include <nlohmann/json.hpp>

namespace klaxon::connect_status_collector {

nlohmann::json ObjectIn(std::string_view value, size_t most) {
  nlohmann::json json =
      value.size() > most ? nlohmann::json() : nlohmann::json::parse(value, nullptr, false);
  return json.is_object() ? json : nlohmann::json();
}

std::string TextAt(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace klaxon::connect_status_collector
