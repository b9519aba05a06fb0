#pragma once

#include "agent/model/connect_status.h"
#include "agent/model/view.h"

namespace klaxon::analysis {

/// The facts of REST with the states that the status topic tells: they are the ones that workers
/// read from it, sooner. Which connectors there are, and what they are, says REST alone; while no
/// worker answers, what it said last. Pure.
std::shared_ptr<const ConnectFacts> Overlay(const std::shared_ptr<const ConnectFacts>& rest,
                                            const ConnectStatusFacts& status, const Instant& now);

/// Does that to every Connect cluster of `next` whose status topic is followed. What is the same as
/// in `before` stays the same object.
void TellStates(const View& before, View& next);

}  // namespace klaxon::analysis
