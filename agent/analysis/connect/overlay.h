#pragma once

#include "agent/model/connect_configs.h"
#include "agent/model/connect_status.h"
#include "agent/model/view.h"

namespace klaxon::analysis {

/// What is read of a Connect cluster's own topics; null: not followed, or never read.
struct ConnectTails {
  const ConnectStatusFacts* status = nullptr;
  const ConnectConfigFacts* config = nullptr;
};

/// The facts of REST with the states that the status topic tells: they are the ones that workers
/// read from it, sooner. Which connectors there are, and what they are, says REST alone; while no
/// worker answers, what it said last. What connectors are meant to do, the config topic tells. A
/// topic that was not read for too long tells no states, and keeps its configurations as old ones.
/// Pure.
std::shared_ptr<const ConnectFacts> Overlay(const std::shared_ptr<const ConnectFacts>& rest,
                                            const ConnectTails& tails, const Instant& now);

/// Does that to every Connect cluster of `next` whose topics are followed. What is the same as
/// in `before` stays the same object.
void TellStates(const View& before, View& next);

}  // namespace klaxon::analysis
