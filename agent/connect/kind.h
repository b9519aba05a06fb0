#pragma once

#include <string_view>

namespace klaxon::connect {

/// What people call a connector of this Java class: "JDBC source", "Debezium PostgreSQL"; empty for
/// a class that is not known. `type` is "source" or "sink". Never fails.
std::string_view KindOf(std::string_view java_class, std::string_view type);

}  // namespace klaxon::connect
