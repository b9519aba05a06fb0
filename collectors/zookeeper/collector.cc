#include "collectors/zookeeper/collector.h"

#include <algorithm>
#include <utility>

#include "collectors/answers.h"
#include "collectors/side_by_side.h"
#include "collectors/zookeeper/kafka_nodes.h"

namespace klaxon::zookeeper_collector {
namespace {

/// `conf` counts the files of its folders, and what it tells changes with a restart only.
constexpr Duration kBetweenSettings = std::chrono::minutes{10};

/// A session is a transaction of the ensemble, so it is opened rarely: every so many polls, and
/// still more rarely where no Kafka is kept.
constexpr size_t kPollsToKafka = 6;
constexpr size_t kPollsToNothing = 60;

/// Keeps what one server told, and adds what went wrong to the reading.
class Taker {
 public:
  Taker(ZookeeperServerFacts& server, Reading& reading, Duration good_for)
      : server_(server), reading_(reading), good_for_(good_for) {}

  void Take(const Telling& telling) {
    at_ = telling.at;
    server_.polled = Make("the poll of ");
    TakeRefused(telling);
    server_.state = ZookeeperState::kServing;
    server_.why.clear();
    TakeStats(telling.srvr);
    TakeMonitor(telling);
    TakeLife(telling);
    if (telling.conf) {
      TakeSettings(*telling.conf);
    }
  }

 private:
  AnswerRef Make(const std::string& what, Duration good_for = Duration::zero()) const {
    return MakeAnswer(what + server_.entity->name, at_,
                      good_for > Duration::zero() ? good_for : good_for_);
  }

  /// That `conf` is refused stays true while it is not asked for.
  void TakeRefused(const Telling& telling) {
    constexpr std::string_view kConf = "conf";
    const bool conf =
        !telling.conf && std::ranges::find(server_.refused, kConf) != server_.refused.end();
    server_.refused = telling.refused;
    if (conf) {
      server_.refused.emplace_back(kConf);
    }
  }

  /// What is known of a server whose srvr brought nothing, and what follows for the others.
  void TakeLife(const Telling& telling) {
    const bool told = telling.srvr || telling.srvr.error().reason() == Reason::kRefused;
    server_.read_only.reset();
    server_.alive.reset();
    if (telling.srvr) {
      server_.read_only = telling.srvr->mode == "read-only";
    }
    if (told || !telling.refused.empty()) {
      server_.alive = true;
    } else if (server_.state == ZookeeperState::kUnreachable) {
      server_.alive = false;
    }
    if (telling.isro) {
      TakeIsro(*telling.isro);
    }
    if (telling.ruok && *telling.ruok) {
      server_.alive = true;
      server_.why += "; but its process lives: it answers ruok with imok";
      if (server_.state == ZookeeperState::kUnreachable) {
        server_.state = ZookeeperState::kNotServing;
      }
    }
  }

  void TakeIsro(const Result<bool>& isro) {
    reading_.answered = reading_.answered || isro || isro.error().reason() == Reason::kRefused;
    if (isro) {
      server_.alive = true;
      server_.read_only = *isro;
      server_.state = ZookeeperState::kServing;
      server_.why += "; that it serves is told by isro";
    } else if (isro.error().reason() == Reason::kRefused) {
      server_.alive = true;
      server_.state = ZookeeperState::kNotServing;
      server_.why = isro.error().message();
    }
  }

  void TakeSettings(const Result<ZookeeperSettings>& settings) {
    if (settings) {
      server_.settings = *settings;
      server_.configured = Make("conf of ", GoodFor(kBetweenSettings));
      return;
    }
    server_.configured = WithError(server_.configured, settings.error());
    if (settings.error().reason() != Reason::kUnauthorized) {
      Report(settings.error());
    }
  }

  void Fail(const Error& error) {
    server_.state = StateAfter<ZookeeperState>(error);
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
  conf_told_.resize(config_.servers.size());
  const http::ClientAccess access = MakeAccess(config_.admin, "zookeeper", http);
  const std::shared_ptr<tls::ClientContext> tls = config_.secured ? access.tls : nullptr;
  for (size_t i = 0; i < config_.servers.size(); ++i) {
    servers_.emplace_back(ClientPort{.address = config_.servers[i], .tls = tls},
                          config_.admin.urls.empty() ? "" : config_.admin.urls[i], http, access);
  }
}

/// Until it was told or refused, when it serves again (it may have been started anew), and then
/// rarely.
bool ZookeeperCollector::ConfDue(size_t server, const Instant& now) const {
  return facts_ == nullptr || !facts_->servers[server].Serves(now) || !conf_told_[server] ||
         now.mono - *conf_told_[server] >= kBetweenSettings;
}

std::vector<Telling> ZookeeperCollector::AskAll(const PollContext& context) const {
  const Instant now = context.clock.Now();
  return AskSideBySide(
      servers_.size(), [&](size_t i) { return "zk " + servers_[i].name(); },
      [&](size_t i) { return servers_[i].Ask(context, config_.request_timeout, ConfDue(i, now)); });
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
    const std::optional<Result<ZookeeperSettings>>& conf = tellings[i].conf;
    if (conf && (*conf || conf->error().reason() == Reason::kUnauthorized)) {
      conf_told_[i] = tellings[i].at.mono;
    }
  }
  if (config_.session) {
    ReadKafka(context, *facts);
    kept_.Tell(reading.problems);
  }
  Publish(std::move(facts), reading);
  return reading;
}

/// Not the leader, if there is another: it has enough to do.
std::optional<size_t> ZookeeperCollector::ServerForReads(const ZookeeperFacts& facts,
                                                         const Instant& now) const {
  std::optional<size_t> leader;
  for (size_t i = 0; i < facts.servers.size(); ++i) {
    const size_t which = (i + kafka_failures_) % facts.servers.size();
    const ZookeeperServerFacts& server = facts.servers[which];
    if (server.Serves(now) && server.stats.mode != "leader") {
      return which;
    }
    leader = server.Serves(now) ? which : leader;
  }
  return leader;
}

void ZookeeperCollector::ReadKafka(const PollContext& context, ZookeeperFacts& facts) {
  const Instant now = context.clock.Now();
  const std::optional<size_t> which = ServerForReads(facts, now);
  if (polls_to_kafka_ > 0) {
    --polls_to_kafka_;
    return;
  }
  if (!which) {
    return;  // at once when one serves again
  }
  Result<ZookeeperKafka> kafka =
      ReadKafkaNodes(servers_[*which].port(), config_.chroot,
                     std::min(context.deadline, now.mono + config_.request_timeout), context.stop);
  polls_to_kafka_ = kPollsToKafka - 1;
  kept_.Take("Kafka's nodes", kafka ? Result<void>() : kafka.error(), now);
  if (!kafka) {
    ++kafka_failures_;
    facts.kafka_read = WithError(facts.kafka_read, kafka.error());
    return;
  }
  if (kafka->cluster_id.empty()) {
    polls_to_kafka_ = kPollsToNothing - 1;
  }
  facts.kafka = *std::move(kafka);
  facts.kafka_read = std::make_shared<const Answer>(
      Answer{.source = "Kafka's nodes at " + servers_[*which].name(),
             .taken_at = now,
             .good_for = GoodFor(context.interval) * static_cast<int>(polls_to_kafka_ + 1),
             .error = {}});
}

void ZookeeperCollector::Publish(std::shared_ptr<ZookeeperFacts> facts, Reading& reading) {
  facts->answers.clear();
  for (const ZookeeperServerFacts& server : facts->servers) {
    for (const AnswerRef& answer :
         {server.polled, server.told, server.monitored, server.configured}) {
      if (answer != nullptr) {
        facts->answers.push_back(answer);
      }
    }
  }
  if (facts->kafka_read != nullptr) {
    facts->answers.push_back(facts->kafka_read);
  }
  reading.facts = facts;
  facts_ = std::move(facts);
}

}  // namespace klaxon::zookeeper_collector
