#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "agent/app/agent_config.h"
#include "agent/app/commands.h"
#include "agent/app/source.h"
#include "agent/app/traffic_book.h"
#include "agent/model/view.h"

namespace klaxon::app {

/// Polls a source once, as commands do that print what it tells and end. Takes up to 30 s.
SectionRef PollOnce(const Source& source, const SourceDeps& deps);

/// The configuration that the options describe; empty: it has mistakes, which are printed.
std::optional<AgentConfig> ConfigOrComplaint(const RunOptions& options);

/// Looks at sources of a configuration, as commands do that print what they see and end.
class Onlooker {
 public:
  /// `config` outlives it.
  explicit Onlooker(const AgentConfig& config);

  using Wanted = std::function<bool(const Source& source)>;

  /// Polls every wanted source once: what they tell, with what follows from the look before. Takes
  /// up to 30 s a source.
  const View& Look(const Wanted& wanted);

  void Rest(Duration pause);

 private:
  const AgentConfig& config_;
  SystemClock clock_{};
  const std::unique_ptr<http::HttpClient> http_;
  TrafficBook traffic_{};
  View view_{};
};

/// Prints what went wrong to standard error. False: something did, or a source never answered.
bool PrintProblems(const View& view);

}  // namespace klaxon::app
