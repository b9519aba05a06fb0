#include "agent/app/agent.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/analysis/view_loop.h"
#include "agent/app/alert_desk.h"
#include "agent/app/history_saver.h"
#include "agent/app/own_rows.h"
#include "agent/app/render_loop.h"
#include "agent/app/routes.h"
#include "agent/app/sample_loop.h"
#include "agent/app/traffic_book.h"
#include "agent/app/version.h"
#include "agent/app/web_keeper.h"
#include "agent/base/latest.h"
#include "agent/base/log.h"
#include "agent/http/audit_log.h"
#include "agent/metrics/own.h"
#include "agent/metrics/own_counters.h"
#include "agent/recovery/loop.h"
#include "agent/series/keeper.h"
#include "agent/state/opener.h"
#include "alerts/lifecycle/step.h"
#include "collectors/poll_loop.h"
#include "exporters/prometheus/page.h"
#include "exporters/prometheus/server_metrics.h"
#include "exporters/query/query_api.h"

namespace klaxon::app {
namespace {

/// A source with the thread that polls it.
struct Running {
  SourceRef source{};
  uint64_t id = 0;        ///< its slot in the view
  uint64_t recovery = 0;  ///< likewise, of what is decided about its connectors; 0: it has none
  std::unique_ptr<PollLoop> loop{};
};

/// Asks all to stop before it waits for any, so that they stop side by side.
void StopAll(std::vector<Running>& sources) {
  for (const Running& running : sources) {
    running.loop->RequestStop();
  }
  sources.clear();
}

}  // namespace

// Members stand in the order in which they depend on each other; destruction goes the other way:
// sources first, then what they feed, the listener's data last.
class Agent::Impl {
 public:
  Impl(const AgentConfig& config, Clock& clock, WebKeeper web,
       std::function<Result<std::string>()> reload)
      : listen_(config.listen),
        clock_(clock),
        web_(std::move(web)),
        reload_(std::move(reload)),
        audit_(config.audit_file),
        http_(http::MakeHttpClient()),
        counters_(clock.Now()),
        page_({.cluster_label = config.cluster_label}, clock,
              [this](metrics::MetricWriter& writer) { EmitOwn(writer); }),
        history_(config.history),
        series_({.history = config.history.spans,
                 .budget = static_cast<size_t>(config.history.memory_mib) << 20U,
                 .cluster_label = config.cluster_label},
                clock,
                [this](metrics::MetricWriter& writer) {
                  page_.EmitPage(writer);
                  EmitOwn(writer);
                }),
        cluster_label_(config.cluster_label),
        state_directory_(config.state_directory) {}

  Result<void> Listen() {
    const RouteDeps deps{
        .clock = clock_,
        .views = views_,
        .sources = [this] { return source_count_.load(); },
        .metrics = [this](const http::Request& request) { return page_.Serve(request); },
        .query = query_,
        .explainer = explainer_,
        .rules = [this] { return desk_.Rules(); },
        .notifications = [this] { return desk_.Notifications(); },
        .notifier = [this] { return desk_.notifier(); },
        .reload = reload_ ? reload_ : [] {
          return Result<std::string>(Error(Reason::kUnsupported, "nothing here can be reloaded"));
        },
        .carry = [this](const RecoveryOrder& order) { return Carry(order); }};
    // Nothing that is written to Klaxon is large, and many can write at once.
    constexpr size_t kBody = size_t{64} * 1024;
    Result<std::unique_ptr<http::Server>> server = http::Server::Listen(
        {.listen = listen_,
         .limits = {.body = kBody},
         .tls = web_.tls(),
         .access = web_.rules(),
         .audit = [this](const http::AuditEntry& entry) { audit_.Write(entry); },
         .audit_ready = [this] { return audit_.Ready(); }},
        Routes(deps));
    if (!server) {
      return server.error();
    }
    server_ = std::move(*server);
    web_.Remark();
    serving_.store(server_.get());
    return {};
  }

  /// Error: another agent has the directory. What else is wrong with it keeps recovery from acting,
  /// and nothing else.
  Result<void> OpenState(const std::string& directory) {
    if (directory.empty()) {
      return {};
    }
    state_ = std::make_unique<state::Opener>(directory, clock_);
    const Result<state::Database*> opened = state_->Get();
    if (opened) {
      return {};
    }
    if (opened.error().reason() == Reason::kRefused) {
      return opened.error();
    }
    log::Error("state", "{}; it is tried again, and until then recovery only observes",
               opened.error().message());
    return {};
  }

  void Begin(const AgentConfig& config) {
    view_loop_ = std::make_unique<analysis::ViewLoop>(clock_, views_);
    render_loop_ =
        std::make_unique<RenderLoop>(views_, [this](const View& view) { page_.Update(view); });
    RememberPatterns(config.rules);
    // Before the first sampling: what rules look back at is kept from then on.
    series_.SetHistory(HistoryOf(config.rules));
    history_saver_ = std::make_unique<HistorySaver>(series_, StateOpener());
    history_saver_->Recall(alerts::Milliseconds(clock_.Now().wall));
    sample_loop_ = std::make_unique<SampleLoop>(
        clock_, views_, series_, history_.interval,
        [this](const View& view) { return IsWhole(view); },
        [this](const View& view, int64_t time) {
          if (IsWhole(view)) whole_sampled_ = true;
          history_saver_->Sampled(time);
        });
    recovery_ = std::make_unique<recovery::Loop>(
        recovery::Resources{.clock = clock_, .http = *http_, .open = StateOpener()}, views_,
        [this](uint64_t id, SectionRef section) { view_loop_->Publish(id, std::move(section)); });
    SetSources(config.sources);
    caring_.store(recovery_.get());
    desk_.Begin(config, StateOpener(), [this] { return whole_sampled_.load(); });
  }

  Result<void> Reload(const AgentConfig& config) {
    if (config.listen != listen_ || config.cluster_label != cluster_label_ ||
        config.state_directory != state_directory_ || config.history != history_) {
      return Error(Reason::kUnsupported,
                   "`listen`, `cluster_label`, `state` and `history` change only with a restart; "
                   "nothing was "
                   "reloaded");
    }
    for (const std::string& pattern : config.rules.empty_patterns) {
      if (matching_patterns_.contains(pattern)) {
        return Error(Reason::kInvalid,
                     fmt::format("alerts.rule_files: no file matches {} any more, and every alert "
                                 "of those files would be resolved; nothing was reloaded (take the "
                                 "pattern away if that is meant)",
                                 pattern));
      }
    }
    Result<WebKeeper> web = web_.Next(config.web);
    if (!web) {
      return web.error();
    }
    RememberPatterns(config.rules);
    web_ = *std::move(web);
    server_->SetAccess(web_.rules());
    server_->SetTls(web_.tls());
    web_.Remark();
    counters_.WebConfigIs(web_.in_force());
    audit_.SetFile(config.audit_file);
    log::SetLevel(config.log_level);
    SetSources(config.sources);
    desk_.Reload(config);
    counters_.ReloadSucceeded(clock_.Now());
    return {};
  }

  void ReloadFailed(const Error& why) {
    counters_.ReloadFailed();
    desk_.SetFault(why.message());
  }

  void LookAtWebConfig() {
    web_.Renew(*server_);
    counters_.WebConfigIs(web_.in_force());
  }

  void Stop() {
    caring_.store(nullptr);
    if (recovery_ != nullptr) {
      recovery_->SetWards({});  // whoever waits for an order is told, so that the server can stop
    }
    if (server_ != nullptr) {
      server_->Stop();
    }
    StopAll(sources_);
    desk_.StopRules();
    recovery_.reset();
    view_loop_.reset();
    render_loop_.reset();
    sample_loop_.reset();
    history_saver_.reset();
    desk_.Stop();  // those who render its metrics have ended
  }

  std::string Url() const { return server_->Url(); }

  ViewRef CurrentView() const { return views_.Get(); }

 private:
  /// Every source has been polled once, well or badly.
  bool IsWhole(const View& view) const { return view.parts.size() >= source_count_; }

  void RememberPatterns(const RuleSettings& rules) {
    matching_patterns_ = {rules.patterns.begin(), rules.patterns.end()};
    for (const std::string& pattern : rules.empty_patterns) {
      matching_patterns_.erase(pattern);
    }
  }

  Result<std::string> Carry(const RecoveryOrder& order) {
    // Most are done at once. A restart asks the worker, which may keep it waiting: whoever ordered
    // it is told to look later, so that no thread of the server waits with it.
    constexpr Duration kPatience = std::chrono::seconds{3};
    recovery::Loop* const recovery = caring_.load();
    return recovery == nullptr
               ? Result<std::string>(Error(Reason::kCancelled, "Klaxon starts, or ends"))
               : recovery->Carry(order, std::chrono::steady_clock::now() + kPatience);
  }

  std::function<Result<state::Database*>()> StateOpener() {
    if (state_ == nullptr) {
      return nullptr;
    }
    return [this] { return state_->Get(); };
  }

  void SetSources(const std::vector<SourceRef>& wanted) {
    std::vector<Running> kept;
    std::vector<uint64_t> order;
    std::vector<recovery::Ward> wards;
    for (const SourceRef& source : wanted) {
      const auto same = std::ranges::find_if(sources_, [&](const Running& running) {
        return running.loop != nullptr && running.source->SameAs(*source);
      });
      kept.push_back(same != sources_.end()
                         ? std::move(*same)
                         : Running{.source = source, .id = ++last_id_, .loop = nullptr});
      order.push_back(kept.back().id);
      AddWard(source, kept.back(), order, wards);
    }
    std::erase_if(sources_, [](const Running& running) { return running.loop == nullptr; });
    StopAll(sources_);
    recovery_->SetWards(std::move(wards));
    view_loop_->SetSources(order);
    source_count_ = order.size();
    for (Running& running : kept) {
      if (running.loop == nullptr) {
        running.loop = StartLoop(*running.source, running.id);
      }
    }
    sources_ = std::move(kept);
  }

  void AddWard(const SourceRef& source, Running& running, std::vector<uint64_t>& order,
               std::vector<recovery::Ward>& wards) {
    if (source->policy() == nullptr) {
      return;
    }
    running.recovery = running.recovery == 0 ? ++last_id_ : running.recovery;
    order.push_back(running.recovery);
    wards.push_back({.id = running.recovery,
                     .cluster = source->place().cluster,
                     .connect = source->place().instance,
                     .policy = *source->policy(),
                     .access = [source, this] { return source->Access(*http_); }});
  }

  std::unique_ptr<PollLoop> StartLoop(const Source& source, uint64_t id) {
    const SourceDeps deps{.clock = clock_, .http = *http_, .traffic = traffic_};
    return std::make_unique<PollLoop>(
        source.place(), source.Make(deps), clock_,
        [this, id](SectionRef section) { view_loop_->Publish(id, std::move(section)); });
  }

  void EmitOwn(metrics::MetricWriter& writer) const {
    metrics::EmitBuildInfo(kVersion, writer);
    metrics::EmitProcess(metrics::ReadProcess(), writer);
    counters_.Emit(writer);
    series_.Emit(writer);
    desk_.Emit(writer);
    EmitTraffic(traffic_, writer);
    if (const http::Server* server = serving_.load()) {
      prometheus_page::EmitServer(server->Stats(), writer);
    }
  }

  const HostPort listen_;
  Clock& clock_;
  WebKeeper web_;
  const std::function<Result<std::string>()> reload_;
  http::AuditLog audit_;
  std::unique_ptr<http::HttpClient> http_;
  TrafficBook traffic_;
  metrics::OwnCounters counters_;
  Latest<View> views_{std::make_shared<const View>()};
  prometheus_page::PrometheusPage page_;
  const HistorySettings history_;
  series::Keeper series_;
  query_api::QueryApi query_{series_, clock_};
  RuleExplainer explainer_{series_, clock_, [this] { return desk_.Rules(); }};
  const std::string cluster_label_;
  const std::string state_directory_;
  std::set<std::string> matching_patterns_{};  ///< of rule files: those that match one
  std::unique_ptr<state::Opener> state_;
  AlertDesk desk_{{.clock = clock_, .http = *http_, .series = series_}};
  std::atomic<size_t> source_count_ = 0;
  std::atomic<bool> whole_sampled_ = false;  ///< what rules see has held every source once
  /// Null until it listens: its own first request may come before Listen has returned.
  std::atomic<const http::Server*> serving_ = nullptr;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<RenderLoop> render_loop_;
  std::unique_ptr<HistorySaver> history_saver_;
  std::unique_ptr<SampleLoop> sample_loop_;
  std::unique_ptr<analysis::ViewLoop> view_loop_;
  std::unique_ptr<recovery::Loop> recovery_;
  /// Null: not yet, or no longer. Handlers end before the loop does.
  std::atomic<recovery::Loop*> caring_ = nullptr;
  uint64_t last_id_ = 0;
  std::vector<Running> sources_;
};

Agent::Agent(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

Agent::~Agent() {
  Stop();
}

Result<std::unique_ptr<Agent>> Agent::Start(const AgentConfig& config, Clock& clock,
                                            std::function<Result<std::string>()> reload) {
  log::SetLevel(config.log_level);
  Result<WebKeeper> web = WebKeeper::Load(config.web);
  if (!web) {
    return web.error();
  }
  auto impl = std::make_unique<Impl>(config, clock, *std::move(web), std::move(reload));
  if (Result<void> opened = impl->OpenState(config.state_directory); !opened) {
    return opened.error();
  }
  if (Result<void> listening = impl->Listen(); !listening) {
    return listening.error();
  }
  impl->Begin(config);
  return std::unique_ptr<Agent>(new Agent(std::move(impl)));
}

std::string Agent::Url() const {
  return impl_->Url();
}

ViewRef Agent::CurrentView() const {
  return impl_->CurrentView();
}

Result<void> Agent::Reload(const AgentConfig& config) {
  return impl_->Reload(config);
}

void Agent::ReloadFailed(const Error& why) {
  impl_->ReloadFailed(why);
}

void Agent::LookAtWebConfig() {
  impl_->LookAtWebConfig();
}

void Agent::Stop() {
  impl_->Stop();
}

}  // namespace klaxon::app
