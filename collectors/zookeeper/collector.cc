#include "collectors/zookeeper/collector.h"

#include <future>
#include <utility>

#include "agent/base/thread_name.h"

namespace klaxon::zookeeper_collector {
namespace {

ZookeeperState StateAfter(const Error& error) {
  switch (error.reason()) {
    case Reason::kRefused:
      return ZookeeperState::kNotServing;
    case Reason::kUnreachable:
    case Reason::kTimeout:
      return ZookeeperState::kUnreachable;
    case Reason::kUnauthorized:
    case Reason::kUnsupported:
    case Reason::kBadAnswer:
    case Reason::kInvalid:
    case Reason::kCancelled:
    case Reason::kInternal:
      return ZookeeperState::kUnknown;
  }
  std::abort();
}

/// Keeps what one server told, and adds what went wrong to the reading.
class Taker {
 public:
  Taker(ZookeeperServerFacts& server, Reading& reading, Duration good_for)
      : server_(server), reading_(reading), good_for_(good_for) {}

  void Take(const Telling& telling) {
    at_ = telling.at;
    server_.polled = Make("the poll of ");
    server_.refused = telling.refused;
    server_.state = ZookeeperState::kServing;
    server_.why.clear();
    TakeStats(telling.srvr);
    TakeMonitor(telling);
  }

 private:
  AnswerRef Make(const std::string& what) const {
    return std::make_shared<const Answer>(Answer{.source = what + server_.entity->name,
                                                 .taken_at = at_,
                                                 .good_for = good_for_,
                                                 .error = {}});
  }

  void Fail(const Error& error) {
    server_.state = StateAfter(error);
    server_.why = error.message();
  }

  void Report(const Error& error) {
    if (error.reason() != Reason::kRefused) {  // that is a fact, not a failure of ours
      reading_.problems.push_back({.scope = server_.entity->name, .error = error});
    }
  }

  void TakeStats(const Result<ZookeeperStats>& stats) {
    if (stats) {
      server_.stats = *stats;
      server_.told = Make("srvr of ");
    } else {
      server_.told = WithError(server_.told, stats.error());
      Fail(stats.error());
      Report(stats.error());
    }
    reading_.answered = reading_.answered || stats || stats.error().reason() == Reason::kRefused;
  }

  void TakeMonitor(const Telling& telling) {
    if (telling.mntr) {
      server_.monitor = telling.mntr->monitor;
      server_.monitored = Make("mntr of ");
      return;
    }
    const Error& error = telling.mntr.error();
    server_.monitored = WithError(server_.monitored, error);
    if (!telling.srvr) {
      return;  // told already
    }
    if (error.reason() == Reason::kRefused) {
      Fail(error);  // it ceased to serve between the two words
    } else if (error.reason() != Reason::kUnauthorized) {
      Report(error);
    }
  }

  ZookeeperServerFacts& server_;
  Reading& reading_;
  Duration good_for_;
  Instant at_{};
};

}  // namespace

ZookeeperCollector::ZookeeperCollector(Config config, http::HttpClient& http)
    : config_(std::move(config)) {
  const http::ClientAccess access = MakeAccess(config_.admin, "zookeeper", http);
  for (size_t i = 0; i < config_.servers.size(); ++i) {
    servers_.emplace_back(config_.servers[i],
                          config_.admin.urls.empty() ? "" : config_.admin.urls[i], http, access);
  }
}

std::vector<Telling> ZookeeperCollector::AskAll(const PollContext& context) const {
  std::vector<std::future<Telling>> asked;
  asked.reserve(servers_.size());
  for (const Server& server : servers_) {
    asked.push_back(std::async(std::launch::async, [&] {
      NameThisThread("zk " + server.name());
      return server.Ask(context, config_.request_timeout);
    }));
  }
  std::vector<Telling> tellings;
  tellings.reserve(asked.size());
  for (std::future<Telling>& each : asked) {
    tellings.push_back(each.get());
  }
  return tellings;
}

Reading ZookeeperCollector::Poll(const PollContext& context) {
  const std::vector<Telling> tellings = AskAll(context);
  Reading reading;
  auto facts = std::make_shared<ZookeeperFacts>();
  if (facts_ != nullptr) {
    *facts = *facts_;
  } else {
    for (const Server& server : servers_) {
      facts->servers.push_back({.entity = entities_.Intern(server.name())});
    }
  }
  for (size_t i = 0; i < tellings.size(); ++i) {
    Taker(facts->servers[i], reading, GoodFor(context.interval)).Take(tellings[i]);
  }
  if (reading.answered || facts_ != nullptr) {
    Publish(std::move(facts), reading);
  }
  return reading;
}

void ZookeeperCollector::Publish(std::shared_ptr<ZookeeperFacts> facts, Reading& reading) {
  facts->answers.clear();
  for (const ZookeeperServerFacts& server : facts->servers) {
    for (const AnswerRef& answer : {server.polled, server.told, server.monitored}) {
      if (answer != nullptr) {
        facts->answers.push_back(answer);
      }
    }
  }
  reading.facts = facts;
  facts_ = std::move(facts);
}

}  // namespace klaxon::zookeeper_collector
