#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/app/agent_config.h"
#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/model/view.h"

namespace klaxon::app {

/// The composition root: everything that runs in one agent, built, reloaded and stopped in the
/// right order. Readers are up before the sources that feed them; what feeds is stopped first.
///
/// Start, Reload, LookAtWebConfig and Stop are called by one thread.
class Agent {
 public:
  /// Listens and polls from now on. Error: one line, e.g. that the port is taken. That sources do
  /// not answer is no error: it is shown, and polling goes on.
  /// `reload`: what /-/reload does; it may wait, and calls Reload on the thread that may.
  static Result<std::unique_ptr<Agent>> Start(const AgentConfig& config, Clock& clock,
                                              std::function<Result<std::string>()> reload = {});
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  /// Where its page is: "http://127.0.0.1:9308".
  std::string Url() const;

  /// The newest view.
  ViewRef CurrentView() const;

  /// Takes another configuration, all of it or (on error) nothing. Sources that did not change go
  /// on undisturbed. Error: what cannot change without a restart, such as the address to listen on.
  Result<void> Reload(const AgentConfig& config);

  /// For the metrics and the page that say whether the newest configuration is the one that runs.
  void ReloadFailed(const Error& why);

  /// Takes what the web configuration file says now, if that has changed. To be called now and
  /// then.
  void LookAtWebConfig();

  /// Ends every thread; within 3 s unless something hangs. Idempotent.
  void Stop();

 private:
  class Impl;
  explicit Agent(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::app
