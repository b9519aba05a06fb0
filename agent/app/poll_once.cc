#include "agent/app/poll_once.h"

#include <fmt/format.h>

#include "agent/analysis/advance.h"
#include "agent/app/options.h"
#include "agent/base/text.h"

namespace klaxon::app {
namespace {

constexpr Duration kPollPatience = std::chrono::seconds{30};  // of one source's only poll
constexpr size_t kLongestLine = 2'000;

}  // namespace

SectionRef PollOnce(const Source& source, const SourceDeps& deps) {
  const std::unique_ptr<Collector> collector = source.Make(deps);
  const CollectorPlace& place = source.place();
  Reading reading = collector->Poll({.clock = deps.clock,
                                     .interval = kPollPatience,
                                     .deadline = deps.clock.Now().mono + kPollPatience,
                                     .stop = {}});
  PollStatus status{
      .interval = place.interval, .polls = 1, .problems = std::move(reading.problems)};
  return std::make_shared<const Section>(Section{.cluster = place.cluster,
                                                 .collector = place.collector,
                                                 .instance = place.instance,
                                                 .status = std::move(status),
                                                 .facts = std::move(reading.facts)});
}

std::optional<AgentConfig> ConfigOrComplaint(const RunOptions& options) {
  Result<AgentConfig> config = ConfigOf(options);
  if (!config) {
    fmt::print(stderr, "{}\n", config.error().message());
    return std::nullopt;
  }
  return *std::move(config);
}

Onlooker::Onlooker(const AgentConfig& config) : config_(config), http_(http::MakeHttpClient()) {
}

const View& Onlooker::Look(const Wanted& wanted) {
  std::vector<SectionRef> sections;
  for (const SourceRef& source : config_.sources) {
    if (wanted(*source)) {
      sections.push_back(PollOnce(*source, {.clock = clock_, .http = *http_, .traffic = traffic_}));
    }
  }
  view_ = analysis::Advance(view_, sections, clock_.Now());
  return view_;
}

void Onlooker::Rest(Duration pause) {
  clock_.SleepUntil(clock_.Now().mono + pause, {});
}

bool PrintProblems(const View& view) {
  bool whole = !view.parts.empty();
  for (const ViewPart& part : view.parts) {
    whole = whole && part.section->facts != nullptr;
    for (const Problem& problem : part.section->status.problems) {
      whole = false;
      fmt::print(stderr, "klaxon: {}: {}: {}\n", part.section->Title(), Printable(problem.scope),
                 Printable(problem.error.message(), kLongestLine));
    }
  }
  return whole;
}

}  // namespace klaxon::app
