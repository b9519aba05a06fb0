#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "agent/base/result.h"
#include "agent/series/archive.h"
#include "agent/series/keeper.h"
#include "agent/state/database.h"

namespace klaxon::app {

/// Lets the past of the series outlive the process: without it no alert that looks back further
/// than five minutes would outlive a restart. Saves once a minute and at the end, so that no more
/// than a minute is lost. Used by one thread at a time.
class HistorySaver {
 public:
  using Open = std::function<Result<state::Database*>()>;

  /// `open` empty: nothing is saved. What it is given outlives it.
  HistorySaver(series::Keeper& keeper, Open open);
  HistorySaver(const HistorySaver&) = delete;
  HistorySaver& operator=(const HistorySaver&) = delete;
  ~HistorySaver();

  /// Brings back what the last process saved. `now` in ms since 1970; before the first sampling,
  /// after the keeper was told how far back its history reaches.
  void Recall(int64_t now);

  /// After a sampling of that time (ms since 1970).
  void Sampled(int64_t time);

 private:
  Result<series::Archive*> Opened();
  Result<void> Save(int64_t time);
  void Tell(const Result<void>& outcome);

  series::Keeper& keeper_;
  const Open open_;
  std::optional<series::Archive> archive_{};
  int64_t saved_ = 0;      ///< up to when, ms
  int64_t tried_ = 0;      ///< likewise
  std::string trouble_{};  ///< that was told last
};

}  // namespace klaxon::app
