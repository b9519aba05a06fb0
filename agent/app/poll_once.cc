#include "agent/app/poll_once.h"

#include <fmt/format.h>

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
