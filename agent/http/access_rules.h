#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/secret.h"
#include "agent/http/access.h"
#include "agent/http/message.h"

namespace klaxon::http {

struct User {
  std::string name{};
  Secret hash{};  ///< bcrypt
  Access role = Access::kViewer;
};

/// `rate_limit`: a token bucket for all requests together.
struct RateLimit {
  Duration interval{};  ///< for one more token; 0: no limit
  int64_t burst = 0;    ///< the size of the bucket; 0 with an interval: nobody gets through

  friend bool operator==(const RateLimit&, const RateLimit&) = default;
};

/// Who may do what, and what every answer carries. Replaced as a whole while the server runs.
struct AccessRules {
  std::vector<User> users{};  ///< empty: what is read is open to all, and nothing can be changed
  bool open_probes = true;    ///< false: routes that are kOpen ask for a viewer
  RateLimit rate_limit{};     ///< probes do not count
  HeaderList headers{};       ///< in place of ours of that name; an empty value: without it
};

}  // namespace klaxon::http
