#include "collectors/rest_proxy/collector.h"

#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "collectors/side_by_side.h"

namespace klaxon::rest_proxy_collector {
namespace {

/// Keeps what one node told, and adds what went wrong to the reading.
class Taker {
 public:
  Taker(RestProxyNodeFacts& node, Reading& reading, Duration good_for)
      : node_(node), reading_(reading), good_for_(good_for) {}

  void Take(Telling telling) {
    at_ = telling.at;
    node_.polled = Make("the poll of ", "");
    node_.state = telling.state;
    node_.why.clear();
    node_.kind = telling.kind;
    node_.version = telling.version;
    if (telling.topics) {
      TakeTopics(telling);
    } else {
      TakeFailure(telling.topics.error());
    }
    TakeClusterId(telling);
    TakeBrokers(telling);
  }

 private:
  AnswerRef Make(const std::string& what, const std::string& resource) const {
    return std::make_shared<const Answer>(Answer{.source = what + node_.entity->name + resource,
                                                 .taken_at = at_,
                                                 .good_for = good_for_,
                                                 .error = {}});
  }

  void Report(const Error& error) {
    reading_.problems.push_back({.scope = node_.entity->name, .error = error});
  }

  void TakeTopics(Telling& telling) {
    reading_.answered = true;
    node_.api = telling.api;
    node_.notice = telling.notice;
    node_.off = telling.off;
    node_.latency = Seconds(telling.latency);
    // A listing that did not change keeps its vector.
    if (node_.topics == nullptr || *node_.topics != *telling.topics) {
      node_.topics = std::make_shared<const std::vector<std::string>>(*std::move(telling.topics));
    }
    node_.listed = Make("topics of ", "");
    node_.more_topics = telling.more;
    if (telling.more) {
      Report({Reason::kUnsupported,
              fmt::format("{} lists topics in pages, which Klaxon does not follow: what comes "
                          "behind the first {} is not known",
                          node_.entity->name, node_.topics->size())});
    }
  }

  void TakeFailure(const Error& error) {
    node_.why = error.message();
    node_.listed = WithError(node_.listed, error);
    Report(error);
  }

  void TakeClusterId(const Telling& telling) {
    if (!telling.cluster_id) {
      return;
    }
    if (*telling.cluster_id) {
      node_.cluster_id = **telling.cluster_id;
      node_.identified = Make("", "/v3/clusters");
      return;
    }
    node_.identified = WithError(node_.identified, telling.cluster_id->error());
    if (telling.topics) {
      Report(telling.cluster_id->error());
    }
  }

  void TakeBrokers(const Telling& telling) {
    if (!telling.brokers) {
      return;
    }
    if (*telling.brokers) {
      node_.brokers = **telling.brokers;
      node_.brokers_listed = Make("brokers of ", "");
      return;
    }
    node_.brokers_listed = WithError(node_.brokers_listed, telling.brokers->error());
    Report(telling.brokers->error());
  }

  RestProxyNodeFacts& node_;
  Reading& reading_;
  Duration good_for_;
  Instant at_{};
};

/// Nodes that work with different Kafka clusters are no one proxy; each that differs from the first
/// is named.
void Compare(const RestProxyFacts& facts, Reading& reading) {
  const RestProxyNodeFacts* first = nullptr;
  for (const RestProxyNodeFacts& node : facts.nodes) {
    const bool tells = node.state == RestProxyState::kServing && node.identified != nullptr &&
                       !node.identified->error;
    if (!tells || (first != nullptr && node.cluster_id == first->cluster_id)) {
      continue;
    }
    if (first == nullptr) {
      first = &node;
      continue;
    }
    reading.problems.push_back(
        {.scope = "cluster id of " + node.entity->name,
         .error = Error(Reason::kInvalid,
                        fmt::format("{} works with Kafka cluster {}, {} with {}; give the nodes of "
                                    "one proxy",
                                    node.entity->name, node.cluster_id, first->entity->name,
                                    first->cluster_id))});
  }
}

}  // namespace

RestProxyCollector::RestProxyCollector(Config config, http::HttpClient& http)
    : config_(std::move(config)) {
  const http::ClientAccess access = MakeAccess(config_.source, "rest_proxy/" + config_.name, http);
  for (const std::string& url : config_.source.urls) {
    nodes_.emplace_back(url, http, access);
  }
}

std::vector<Telling> RestProxyCollector::AskAll(const PollContext& context) {
  return AskSideBySide(
      nodes_.size(), [](size_t) { return "rest-proxy"; },
      [&](size_t i) { return nodes_[i].Ask(context, config_.request_timeout); });
}

Reading RestProxyCollector::Poll(const PollContext& context) {
  std::vector<Telling> tellings = AskAll(context);
  Reading reading;
  auto facts = std::make_shared<RestProxyFacts>();
  if (facts_ != nullptr) {
    *facts = *facts_;
  } else {
    for (const Node& node : nodes_) {
      facts->nodes.push_back({.entity = entities_.Intern(node.url())});
    }
  }
  for (size_t i = 0; i < tellings.size(); ++i) {
    Taker(facts->nodes[i], reading, GoodFor(context.interval)).Take(std::move(tellings[i]));
  }
  Compare(*facts, reading);
  Publish(std::move(facts), reading);
  return reading;
}

void RestProxyCollector::Publish(std::shared_ptr<RestProxyFacts> facts, Reading& reading) {
  facts->answers.clear();
  for (const RestProxyNodeFacts& node : facts->nodes) {
    for (const AnswerRef& answer :
         {node.polled, node.listed, node.identified, node.brokers_listed}) {
      if (answer != nullptr) {
        facts->answers.push_back(answer);
      }
    }
  }
  reading.facts = facts;
  facts_ = std::move(facts);
}

}  // namespace klaxon::rest_proxy_collector
