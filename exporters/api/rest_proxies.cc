#include "exporters/api/documents.h"
#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

Json TextOrNull(const std::string& text) {
  return text.empty() ? Json(nullptr) : Text(text);
}

Json Names(const std::vector<std::string>& names) {
  constexpr size_t kMost = 100;  // the rest is in numbers
  Json list = Json::array();
  for (size_t i = 0; i < names.size() && i < kMost; ++i) {
    list.push_back(Text(names[i]));
  }
  return list;
}

/// What Kafka and a node tell of the same things.
Json Joined(const RestProxyNodeDerived& derived) {
  const auto& missing = derived.missing;
  return {{"same_cluster", derived.same_cluster ? Json(*derived.same_cluster) : Json(nullptr)},
          {"compared_topics", missing ? Json(derived.compared) : Json(nullptr)},
          {"missing_topics", missing ? Json(missing->size()) : Json(nullptr)},
          {"missing_topic_names", missing ? Names(*missing) : Json(nullptr)},
          {"missing_brokers",
           derived.missing_brokers ? Json(*derived.missing_brokers) : Json(nullptr)}};
}

Json Told(const RestProxyNodeFacts& node, const Instant& now) {
  return {{"kind", Name(node.kind)},
          {"version", TextOrNull(node.version)},
          {"api", Text(node.api)},
          {"response_seconds", node.latency},
          {"topics", node.more_topics ? Json(nullptr) : Json(node.topics->size())},
          {"cluster_id", IfFresh(node.identified, now, [&] { return Text(node.cluster_id); })},
          {"brokers", IfFresh(node.brokers_listed, now, [&] { return Json(node.brokers); })},
          {"endpoints_off", node.off},
          {"notice", TextOrNull(node.notice)}};
}

Json Node(const RestProxyNodeFacts& node, const RestProxyNodeDerived& derived, const Instant& now) {
  const bool known = node.state != RestProxyState::kUnknown && IsFresh(node.polled, now);
  return {{"node", Text(node.entity->name)},
          {"state", known ? Json(Name(node.state)) : Json(nullptr)},
          {"why", TextOrNull(node.why)},
          {"as_of", AsOf(node.listed, now)},
          {"told", node.Serves(now) ? IfFresh(node.listed, now, [&] { return Told(node, now); })
                                    : Json(nullptr)},
          {"kafka", Joined(derived)}};
}

Json Proxy(const RestProxyPart& part, const Instant& now) {
  Json nodes = Json::array();
  for (size_t i = 0; i < part.facts.nodes.size(); ++i) {
    nodes.push_back(Node(part.facts.nodes[i], part.derived.nodes[i], now));
  }
  return {{"cluster", Text(part.section.cluster)},
          {"proxy", Text(part.section.instance)},
          {"nodes", std::move(nodes)}};
}

}  // namespace

std::string RestProxiesDocument(const View& view, const Instant& now,
                                const std::optional<std::string>& cluster) {
  const std::vector<PlatformLink> links = PlatformLinksOf(view, now);
  Json proxies = Json::array();
  for (const RestProxyPart& part : RestProxyParts(view)) {
    if (!cluster || *cluster == part.section.cluster) {
      proxies.push_back(Proxy(part, now));
      proxies.back()["kafka_cluster"] = KafkaOf(links, part.section);
    }
  }
  return Dump({{"rest_proxies", std::move(proxies)}});
}

}  // namespace klaxon::api
