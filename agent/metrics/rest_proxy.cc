#include <string>

#include "agent/metrics/rows.h"

/// REST proxies, by node. `proxy` is the name in the configuration, `node` the URL. What a node
/// told of Kafka leaves as soon as it does not serve.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 3> kNode{"cluster", "proxy", "node"};
constexpr std::array<std::string_view, 4> kNodeState{"cluster", "proxy", "node", "state"};
constexpr std::array<std::string_view, 6> kNodeInfo{"cluster", "proxy",   "node",
                                                    "kind",    "version", "api"};
constexpr std::array<std::string_view, 4> kNodeEndpoint{"cluster", "proxy", "node", "endpoint"};

constexpr std::array<std::string_view, 4> kStates{"serving", "failing", "hanging", "unreachable"};

/// One node with its place.
struct NodePart {
  const std::string& cluster;
  const std::string& proxy;
  const RestProxyNodeFacts& facts;
  const RestProxyNodeDerived& derived;

  const std::string& name() const { return facts.entity->name; }
};

template <void (*kEmit)(const NodePart&, Emitter&)>
void EachNode(const RestProxyPart& part, Emitter& emitter) {
  for (size_t i = 0; i < part.facts.nodes.size(); ++i) {
    kEmit({.cluster = part.section.cluster,
           .proxy = part.section.instance,
           .facts = part.facts.nodes[i],
           .derived = part.derived.nodes[i]},
          emitter);
  }
}

template <void (*kEmit)(const NodePart&, Emitter&)>
constexpr auto kEachNode = Each<EachNode<kEmit>>;

/// Whether what `answer` brought of a node may be emitted.
bool Told(const NodePart& node, const AnswerRef& answer, Emitter& emitter) {
  if (!node.facts.Serves(emitter.now())) {
    emitter.Unknown(answer, {node.cluster, node.proxy, node.name()});
    return false;
  }
  return emitter.Known(answer, {node.cluster, node.proxy, node.name()});
}

void Sample(const NodePart& node, double value, Emitter& emitter) {
  emitter.Sample({node.cluster, node.proxy, node.name()}, value);
}

void EmitState(const NodePart& node, Emitter& emitter) {
  if (node.facts.state == RestProxyState::kUnknown) {
    emitter.Unknown(node.facts.polled, {node.cluster, node.proxy, node.name()});
    return;
  }
  if (emitter.Known(node.facts.polled, {node.cluster, node.proxy, node.name()})) {
    EmitStates(kStates, Name(node.facts.state), [&](std::string_view state, double value) {
      emitter.Sample({node.cluster, node.proxy, node.name(), state}, value);
    });
  }
}

void EmitUp(const NodePart& node, Emitter& emitter) {
  if (node.facts.state == RestProxyState::kUnknown) {
    emitter.Unknown(node.facts.polled, {node.cluster, node.proxy, node.name()});
  } else if (emitter.Known(node.facts.polled, {node.cluster, node.proxy, node.name()})) {
    Sample(node, node.facts.state == RestProxyState::kServing ? 1 : 0, emitter);
  }
}

void EmitInfo(const NodePart& node, Emitter& emitter) {
  if (Told(node, node.facts.listed, emitter)) {
    emitter.Sample({node.cluster, node.proxy, node.name(), Name(node.facts.kind),
                    node.facts.version, node.facts.api},
                   1);
  }
}

void EmitLatency(const NodePart& node, Emitter& emitter) {
  if (Told(node, node.facts.listed, emitter)) {
    Sample(node, node.facts.latency, emitter);
  }
}

void EmitTopics(const NodePart& node, Emitter& emitter) {
  if (node.facts.more_topics) {
    emitter.Unknown(node.facts.listed, {node.cluster, node.proxy, node.name()});
  } else if (Told(node, node.facts.listed, emitter)) {
    Sample(node, static_cast<double>(node.facts.topics->size()), emitter);
  }
}

void EmitBrokers(const NodePart& node, Emitter& emitter) {
  if (Told(node, node.facts.brokers_listed, emitter)) {
    Sample(node, static_cast<double>(node.facts.brokers.size()), emitter);
  }
}

void EmitOff(const NodePart& node, Emitter& emitter) {
  if (Told(node, node.facts.listed, emitter)) {
    for (const std::string& endpoint : node.facts.off) {
      emitter.Sample({node.cluster, node.proxy, node.name(), endpoint}, 1);
    }
  }
}

void EmitSameCluster(const NodePart& node, Emitter& emitter) {
  if (!node.derived.same_cluster) {
    emitter.Unknown(node.facts.identified, {node.cluster, node.proxy, node.name()});
  } else if (Told(node, node.facts.identified, emitter)) {
    Sample(node, *node.derived.same_cluster ? 1 : 0, emitter);
  }
}

template <auto kMember>
void EmitMissing(const NodePart& node, Emitter& emitter) {
  if (const auto& missing = node.derived.*kMember) {
    Sample(node, static_cast<double>(missing->size()), emitter);
  } else {
    emitter.Unknown(node.facts.listed, {node.cluster, node.proxy, node.name()});
  }
}

constexpr std::string_view kPoll = "poll of a node";
constexpr std::string_view kTopics = "topics of a node";
constexpr std::string_view kBrokers = "brokers of a node";
constexpr std::string_view kClusters = "/v3/clusters of a node";

constexpr std::array kRows{
    Metric{.info = {.name = "kafka_rest_proxy_up",
                    .help = "1 if a node lists topics, so that it reaches its Kafka; no series if "
                            "it answers what no REST proxy does",
                    .labels = kNode,
                    .source = kPoll},
           .emit = kEachNode<EmitUp>},
    Metric{.info = {.name = "kafka_rest_proxy_node_state",
                    .help = "1 for the state a node is in: serving, failing (it answers with an "
                            "error), hanging (it takes connections and is silent), unreachable",
                    .labels = kNodeState,
                    .source = kPoll},
           .emit = kEachNode<EmitState>},
    Metric{.info = {.name = "kafka_rest_proxy_info",
                    .help = "What a node is, as far as it tells, and the API it was asked by; "
                            "always 1",
                    .labels = kNodeInfo,
                    .source = kTopics},
           .emit = kEachNode<EmitInfo>},
    Metric{.info = {.name = "kafka_rest_proxy_response_seconds",
                    .help = "Time that a node took to list its topics",
                    .unit = "seconds",
                    .labels = kNode,
                    .source = kTopics},
           .emit = kEachNode<EmitLatency>},
    Metric{.info = {.name = "kafka_rest_proxy_topics",
                    .help = "Topics that a node lists",
                    .labels = kNode,
                    .source = kTopics},
           .emit = kEachNode<EmitTopics>},
    Metric{.info = {.name = "kafka_rest_proxy_brokers",
                    .help = "Brokers that a node lists; Strimzi's bridge lists none",
                    .labels = kNode,
                    .source = kBrokers},
           .emit = kEachNode<EmitBrokers>},
    Metric{.info = {.name = "kafka_rest_proxy_endpoint_off",
                    .help = "1 for an endpoint that a healthy node refuses: switched off in its "
                            "configuration",
                    .labels = kNodeEndpoint,
                    .source = kTopics},
           .emit = kEachNode<EmitOff>},
    Metric{.info = {.name = "kafka_rest_proxy_same_cluster",
                    .help = "1 if the cluster id of a node is that of the Kafka cluster it is "
                            "configured with, 0 if not; v3 only",
                    .labels = kNode,
                    .source = kClusters},
           .emit = kEachNode<EmitSameCluster>},
    Metric{.info = {.name = "kafka_rest_proxy_missing_topics",
                    .help = "Topics, none internal, that Kafka has and a node does not list, twice "
                            "in a row",
                    .labels = kNode,
                    .source = kTopics},
           .emit = kEachNode<EmitMissing<&RestProxyNodeDerived::missing>>},
    Metric{.info = {.name = "kafka_rest_proxy_missing_brokers",
                    .help = "Brokers that Kafka has and a node does not list",
                    .labels = kNode,
                    .source = kBrokers},
           .emit = kEachNode<EmitMissing<&RestProxyNodeDerived::missing_brokers>>},
};

}  // namespace

Table RestProxyTable() {
  return kRows;
}

}  // namespace klaxon::metrics
