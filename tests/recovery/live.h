#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "agent/recovery/recovery.h"
#include "tests/analysis/connect/estate.h"

/// Recovery that acts on a Connect worker that is really there: over HTTP, with a state directory.
/// The workers' group and the clock are made up.
namespace klaxon::recovery {

class Live {
 public:
  static constexpr std::string_view kConnector = "sink";

  static constexpr Duration kPatience = std::chrono::seconds{20};

  struct Options {
    std::string url{};
    std::string version = "4.3.1";
    int64_t started = 1'800'000'000;  ///< Unix time
    std::function<void(std::string_view)> checkpoint{};
    /// Takes what the worker knows; empty: its status of "sink" is asked for.
    std::function<void(testing::ConnectEstate&)> look{};
    Duration patience = kPatience;  ///< with a worker that does not answer
  };

  Live(const Options& options, const Policy& policy, state::Database* database)
      : look_(options.look),
        http_(http::MakeHttpClient()),
        client_(*http_, options.url),
        clock_(estate_),
        recovery_(policy, {.cluster = "main", .connect = "etl"},
                  {.clock = &clock_,
                   .database = database,
                   .executor = std::make_shared<Executor>(*http_, nullptr, options.patience),
                   .checkpoint = options.checkpoint}) {
    estate_.tells_workers = true;
    estate_.worker_url = options.url;
    estate_.worker_version = options.version;
    estate_.Connector(std::string(kConnector), "sink", 2);
    estate_.connectors[0].config.hash = 7;
    estate_.Pass(static_cast<int>(options.started));
  }

  /// At the defaults, but acting, with no luck in its waits and no quiet start.
  static Policy Acting() {
    Policy policy;
    policy.settings.mode = RecoveryMode::kAct;
    policy.settings.jitter_percent = 0;
    policy.quiet_polls = 0;
    return policy;
  }

  /// Time passes, the worker is asked what it knows, and recovery decides and acts.
  const RecoveryFacts& Pass(int seconds = 5) {
    See(seconds);
    return Think();
  }

  /// Time passes and the worker is asked, but recovery has not looked at it yet.
  void See(int seconds = 5) {
    Ask();
    view_ = &estate_.Pass(seconds);
  }

  /// Somebody asks for something, and recovery decides anew.
  Result<std::string> Order(RecoveryVerb verb, const std::string& connector = "sink") {
    const RecoveryOrder order{.verb = verb,
                              .connector = connector,
                              .who = "alice",
                              .address = "192.0.2.7",
                              .why = "the database moves"};
    Result<std::string> done = recovery_.Carry(order, *view_, ConnectParts(*view_).at(0));
    Think();
    return done;
  }

  /// Decides by what is known.
  const RecoveryFacts& Think() {
    facts_ = recovery_.Step(*view_, ConnectParts(*view_).at(0));
    for (const RecoveryNews& news : facts_->news) {
      news_ += std::string(Name(news.kind)) + " " + news.connector + ": " + news.words + "\n";
    }
    return *facts_;
  }

  const RecoveryDecision& Passes(int polls) {
    for (int i = 0; i < polls; ++i) {
      Pass();
    }
    return decision();
  }

  const RecoveryDecision& decision() const { return facts_->decisions.at(0); }

  const RecoveryFacts& facts() const { return *facts_; }

  /// All of it, a line each.
  const std::string& news() const { return news_; }

  testing::ConnectEstate& estate() { return estate_; }

  Recovery& recovery() { return recovery_; }

 private:
  class EstateClock final : public Clock {
   public:
    explicit EstateClock(const testing::ConnectEstate& estate) : estate_(estate) {}

    Instant Now() override { return estate_.Now(); }

    bool SleepUntil(MonoTime, const std::stop_token&) override { return false; }

   private:
    const testing::ConnectEstate& estate_;
  };

  void Ask() {
    if (look_) {
      look_(estate_);
      return;
    }
    const auto told = client_.Status(std::string(kConnector), "",
                                     {.deadline = std::chrono::steady_clock::now() + kPatience});
    if (!told || !*told) {
      return;
    }
    ConnectorFacts& facts = estate_.connectors[0];
    facts.state = (*told)->state;
    facts.root_cause = (*told)->root_cause;
    facts.failure = (*told)->failure;
    for (size_t i = 0; i < facts.tasks.size() && i < (*told)->tasks.size(); ++i) {
      const ConnectTaskFacts& task = (*told)->tasks[i];
      facts.tasks[i].state = task.state;
      facts.tasks[i].root_cause = task.root_cause;
      facts.tasks[i].failure = task.failure;
    }
  }

  const std::function<void(testing::ConnectEstate&)> look_;
  std::unique_ptr<http::HttpClient> http_;
  connect::ConnectClient client_;
  testing::ConnectEstate estate_{};
  EstateClock clock_;
  Recovery recovery_;
  const View* view_ = nullptr;
  std::shared_ptr<const RecoveryFacts> facts_{};
  std::string news_{};
};

}  // namespace klaxon::recovery
