#include "alerts/notify/labels_json.h"

#include <nlohmann/json.hpp>

#include "agent/base/text.h"

namespace klaxon::notify {

nlohmann::json LabelsAsJson(const series::Labels& labels) {
  nlohmann::json object = nlohmann::json::object();
  for (const series::Label label : labels) {
    object[ToUtf8(label.name)] = ToUtf8(label.value);
  }
  return object;
}

}  // namespace klaxon::notify
