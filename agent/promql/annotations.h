#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "agent/promql/ast.h"

namespace klaxon::promql {

/// What a query wants people to know although it succeeded. Each text once, at most 100 of a kind.
class Annotations {
 public:
  /// Something is likely wrong: "PromQL warning: ... (1:8)".
  void Warn(const Expr& at, const std::string& text);
  /// Something may be wrong: "PromQL info: ... (1:8)".
  void Inform(const Expr& at, const std::string& text);

  /// A warning that belongs to no place in the expression.
  void Warn(const std::string& text) { Add(warnings_, text); }

  const std::set<std::string>& warnings() const { return warnings_; }

  const std::set<std::string>& infos() const { return infos_; }

 private:
  static void Add(std::set<std::string>& texts, const std::string& text);

  std::set<std::string> warnings_{};
  std::set<std::string> infos_{};
};

}  // namespace klaxon::promql
