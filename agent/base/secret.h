#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace klaxon {

/// A password, token or key. It has no operator<< and no fmt formatter, so it cannot reach a log, a
/// page or an error by accident: `Reveal()` names every place where the value is really needed.
class Secret {
 public:
  Secret() = default;

  explicit Secret(std::string value) : value_(std::move(value)) {}

  bool empty() const { return value_.empty(); }

  const std::string& Reveal() const { return value_; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_{};
};

/// What may be shown of a secret: "<secret>", or nothing when none is set.
inline std::string_view ToString(const Secret& secret) {
  return secret.empty() ? "" : "<secret>";
}

}  // namespace klaxon
