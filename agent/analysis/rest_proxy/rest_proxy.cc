#include "agent/analysis/rest_proxy/rest_proxy.h"

#include <algorithm>
#include <iterator>

namespace klaxon::analysis {
namespace {

/// Kafka's own listing, if it may be believed now; else nothing is compared.
bool Believed(const KafkaFacts* kafka, const Instant& now) {
  return kafka != nullptr && kafka->proof != MetadataProof::kDoubtful &&
         IsFresh(kafka->metadata, now);
}

/// Topics that every client may see: proxies leave internal ones out, some by their name only.
std::vector<std::string> TopicsOf(const KafkaFacts& kafka) {
  std::vector<std::string> names;
  for (const TopicFacts& topic : kafka.topics) {
    if (!topic.internal && !topic.entity->name.starts_with("__")) {
      names.push_back(topic.entity->name);
    }
  }
  return names;  // by name, as Kafka's are
}

template <class T>
std::vector<T> Difference(const std::vector<T>& from, const std::vector<T>& without) {
  std::vector<T> left;
  std::ranges::set_difference(from, without, std::back_inserter(left));
  return left;
}

void JoinTopics(const RestProxyNodeFacts& node, const KafkaFacts& kafka,
                const RestProxyNodeDerived* before, RestProxyNodeDerived& derived) {
  const std::vector<std::string> names = TopicsOf(kafka);
  derived.compared = names.size();
  derived.suspects = Difference(names, *node.topics);
  derived.listed = node.listed;
  if (before == nullptr || before->listed == nullptr) {
    if (derived.suspects.empty()) {
      derived.missing.emplace();
    }
    return;
  }
  if (before->listed == node.listed) {  // Kafka was asked anew, the node was not
    std::vector<std::string> both;
    if (before->missing) {
      std::ranges::set_intersection(derived.suspects, *before->missing, std::back_inserter(both));
      derived.missing = std::move(both);
    }
    derived.suspects = before->suspects;
    return;
  }
  derived.missing.emplace();
  std::ranges::set_intersection(derived.suspects, before->suspects,
                                std::back_inserter(*derived.missing));
}

RestProxyNodeDerived Join(const RestProxyNodeFacts& node, const KafkaFacts* kafka,
                          const RestProxyNodeDerived* before, const Instant& now) {
  RestProxyNodeDerived derived;
  if (kafka != nullptr && !kafka->cluster_id.empty() && IsFresh(node.identified, now)) {
    derived.same_cluster = node.cluster_id == kafka->cluster_id;
  }
  if (!Believed(kafka, now) || !node.Serves(now)) {
    return derived;
  }
  if (IsFresh(node.listed, now) && node.topics != nullptr && !node.more_topics) {
    JoinTopics(node, *kafka, before, derived);
  }
  if (IsFresh(node.brokers_listed, now)) {
    std::vector<int32_t> ids;
    ids.reserve(kafka->brokers.size());
    for (const BrokerFacts& broker : kafka->brokers) {
      ids.push_back(broker.id);
    }
    derived.missing_brokers = Difference(ids, node.brokers);
  }
  return derived;
}

}  // namespace

std::shared_ptr<const RestProxyDerived> JoinRestProxy(const RestProxyFacts& facts,
                                                      const KafkaFacts* kafka,
                                                      const RestProxyDerived* before,
                                                      const Instant& now) {
  auto derived = std::make_shared<RestProxyDerived>();
  for (size_t i = 0; i < facts.nodes.size(); ++i) {
    const bool known = before != nullptr && i < before->nodes.size();
    derived->nodes.push_back(Join(facts.nodes[i], kafka, known ? &before->nodes[i] : nullptr, now));
  }
  return derived;
}

}  // namespace klaxon::analysis
