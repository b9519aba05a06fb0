#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "agent/promql/ast.h"
#include "alerts/rules/rule.h"

namespace klaxon::alerts {

/// Which recording rules write what others read.
class Recordings {
 public:
  /// Takes it in if it records. The rule has to outlive this.
  void Add(const rules::Rule& rule);

  /// Those whose series a selector could select: of its plain name, and with no label of their own
  /// that its matchers refuse.
  std::vector<const rules::Rule*> ReadBy(const promql::Selector& selector) const;

 private:
  std::multimap<std::string, const rules::Rule*, std::less<>> by_name_{};
};

/// Calls `look` with a rule and with all that it reads, directly or through others, each once
/// however often and in whatever circles they read one another. `look` returns what a rule itself
/// reads.
template <class Look>
void LookAtAll(const rules::Rule& first, Look look) {
  std::vector<const rules::Rule*> rules{&first};
  std::unordered_set<const rules::Rule*> seen{&first};
  for (size_t i = 0; i < rules.size(); ++i) {
    for (const rules::Rule* const read : look(*rules[i])) {
      if (seen.insert(read).second) rules.push_back(read);
    }
  }
}

}  // namespace klaxon::alerts
