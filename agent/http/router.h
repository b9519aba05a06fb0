#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/http/server.h"

namespace klaxon::http {

/// Finds what answers a path. Immutable, so that requests read it without a lock.
class RouteTable {
 public:
  struct Match {
    const Route* route = nullptr;  ///< null: nothing answers; lives as long as the table
    std::string allow{};           ///< the path is known for these methods only, for `Allow`
  };

  explicit RouteTable(std::vector<Route> routes) : routes_(std::move(routes)) {}

  Match Find(std::string_view method, std::string_view path) const;

 private:
  std::vector<Route> routes_;
};

}  // namespace klaxon::http
