#include "exporters/status_page/rest_proxy_section.h"

#include <algorithm>

#include <fmt/format.h>

#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

std::string_view BadgeOf(RestProxyState state) {
  switch (state) {
    case RestProxyState::kServing:
      return "good";
    case RestProxyState::kFailing:
    case RestProxyState::kHanging:
    case RestProxyState::kUnreachable:
      return "bad";
    case RestProxyState::kUnknown:
      return "unknown";
  }
  std::abort();
}

std::string_view WordOf(RestProxyKind kind) {
  switch (kind) {
    case RestProxyKind::kConfluent:
      return "Confluent REST Proxy";
    case RestProxyKind::kKarapace:
      return "Karapace";
    case RestProxyKind::kBridge:
      return "Strimzi bridge";
    case RestProxyKind::kUnknown:
      return "REST proxy";
  }
  std::abort();
}

std::string Why(const std::string& text) {
  return text.empty() ? "" : fmt::format("<div class=\"why\">{}</div>", Escape(text));
}

std::string StateCell(const RestProxyNodeFacts& node, const Instant& now) {
  if (!IsFresh(node.polled, now)) {
    return UnknownValue(node.polled);
  }
  std::string html = Badge(BadgeOf(node.state), Name(node.state)) + Why(node.why);
  if (node.Serves(now)) {
    html += Why(node.notice);
    for (const std::string& endpoint : node.off) {
      html += Why(endpoint + " is switched off there");
    }
  }
  return html;
}

std::string TopicsCell(const RestProxyNodeFacts& node, const RestProxyNodeDerived& derived) {
  std::string html = Grouped(static_cast<int64_t>(node.topics->size()));
  if (node.more_topics) {
    return html + " and more" + Why("it lists in pages, which Klaxon does not follow");
  }
  if (derived.missing && !derived.missing->empty()) {
    html += Why(fmt::format("{} of Kafka's {} not among them, such as {}", derived.missing->size(),
                            derived.compared, derived.missing->front()));
  }
  return html;
}

std::string BrokersCell(const RestProxyNodeFacts& node, const RestProxyNodeDerived& derived,
                        const Instant& now) {
  if (node.brokers_listed == nullptr) {
    return std::string(kNone);
  }
  if (!IsFresh(node.brokers_listed, now)) {
    return UnknownValue(node.brokers_listed);
  }
  std::string html = Grouped(static_cast<int64_t>(node.brokers.size()));
  if (derived.missing_brokers && !derived.missing_brokers->empty()) {
    html += Why(fmt::format("broker {} is not among them", derived.missing_brokers->front()));
  }
  return html;
}

std::string ClusterCell(const RestProxyNodeFacts& node, const RestProxyNodeDerived& derived,
                        const Instant& now) {
  if (node.identified == nullptr) {
    return std::string(kNone);
  }
  if (!IsFresh(node.identified, now)) {
    return UnknownValue(node.identified);
  }
  std::string html = fmt::format("<code>{}</code>", Escape(node.cluster_id));
  if (derived.same_cluster && !*derived.same_cluster) {
    html += " " + Badge("bad", "another cluster");
  }
  return html;
}

std::string Row(const RestProxyNodeFacts& node, const RestProxyNodeDerived& derived,
                const Instant& now) {
  const bool serves = node.Serves(now) && IsFresh(node.listed, now);
  const auto told = [&](auto&& make) { return serves ? make() : UnknownValue(node.listed); };
  return "<tr>" + Cell("Node", fmt::format("<code>{}</code>", Escape(node.entity->name))) +
         Cell("State", StateCell(node, now)) +
         Cell("What", Escape(fmt::format("{} {}", WordOf(node.kind), node.version))) +
         Cell("Answers in", told([&] { return fmt::format("{:.3g} s", node.latency); })) +
         Cell("Topics", told([&] { return TopicsCell(node, derived); })) +
         Cell("Brokers", told([&] { return BrokersCell(node, derived, now); })) +
         Cell("Cluster id", told([&] { return ClusterCell(node, derived, now); })) +
         Cell("Age", AgeOf(node.listed, now)) + "</tr>\n";
}

}  // namespace

std::string RestProxySection(const RestProxyPart& part, const PlatformLinks& links,
                             const Instant& now) {
  std::string html = fmt::format(
      "{}<h2>{} / {} <span class=\"quiet\">REST proxy</span></h2>\n{}"
      "<table><thead><tr><th>Node</th><th>State</th><th>What</th><th>Answers in</th>"
      "<th>Topics</th><th>Brokers</th><th>Cluster id</th><th>Age</th></tr></thead><tbody>\n",
      OpenSection(part.section), Escape(part.section.cluster), Escape(part.section.instance),
      LinksIn(links, part.section));
  std::vector<size_t> order(part.facts.nodes.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::ranges::stable_partition(order, [&](size_t i) { return !part.facts.nodes[i].Serves(now); });
  for (const size_t i : order) {
    html += Row(part.facts.nodes[i], part.derived.nodes[i], now);
  }
  return html + "</tbody></table>\n</section>\n";
}

}  // namespace klaxon::status_page
