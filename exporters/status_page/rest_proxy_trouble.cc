#include <fmt/format.h>

#include "exporters/status_page/html.h"
#include "exporters/status_page/rest_proxy_section.h"

namespace klaxon::status_page {
namespace {

/// What is wrong with a node itself; empty: nothing, or it is in the problems of the polling.
std::string_view WrongWith(RestProxyState state) {
  switch (state) {
    case RestProxyState::kFailing:
      return "answers with errors";
    case RestProxyState::kHanging:
      return "hangs";
    case RestProxyState::kUnreachable:
      return "is down";
    case RestProxyState::kServing:
    case RestProxyState::kUnknown:
      return "";
  }
  std::abort();
}

class Finder {
 public:
  Finder(const RestProxyPart& part, const Instant& now) : part_(part), now_(now) {}

  std::vector<Trouble> Find() {
    size_t serving = 0;
    for (const RestProxyNodeFacts& node : part_.facts.nodes) {
      serving += node.Serves(now_) ? 1U : 0U;
    }
    for (size_t i = 0; i < part_.facts.nodes.size(); ++i) {
      const RestProxyNodeFacts& node = part_.facts.nodes[i];
      const std::string_view wrong = WrongWith(node.state);
      if (!wrong.empty() && IsFresh(node.polled, now_)) {
        Add(serving > 0 ? Severity::kAtRisk : Severity::kBroken, node, std::string(wrong),
            node.why);
      }
      if (node.Serves(now_)) {
        FindWrongKafka(node, part_.derived.nodes[i]);
      }
    }
    return std::move(troubles_);
  }

 private:
  void Add(Severity severity, const RestProxyNodeFacts& node, const std::string& what,
           std::string why) {
    troubles_.push_back({.severity = severity,
                         .where = part_.section.cluster + " / " + part_.section.instance,
                         .what = fmt::format("the REST proxy {} {}", node.entity->name, what),
                         .why = std::move(why),
                         .answer = node.polled});
  }

  /// It serves, but not this Kafka, or not well.
  void FindWrongKafka(const RestProxyNodeFacts& node, const RestProxyNodeDerived& derived) {
    const bool all =
        derived.missing && derived.compared > 0 && derived.missing->size() == derived.compared;
    if (derived.same_cluster && !*derived.same_cluster) {
      Add(Severity::kBroken, node, "works with another Kafka cluster",
          "its cluster id is " + node.cluster_id + "; is it configured under the right cluster?");
    } else if (all) {
      Add(Severity::kAtRisk, node, "sees no topic of this cluster",
          "is it another cluster's, or may its user describe nothing?");
    }
    if (node.latency >= kSlowRestProxy) {
      Add(Severity::kAtRisk, node, "is slow",
          fmt::format("it took {:.3g} s to list its topics", node.latency));
    }
  }

  const RestProxyPart& part_;
  const Instant& now_;
  std::vector<Trouble> troubles_{};
};

}  // namespace

std::vector<Trouble> RestProxyTroubles(const RestProxyPart& part, const Instant& now) {
  return Finder(part, now).Find();
}

}  // namespace klaxon::status_page
