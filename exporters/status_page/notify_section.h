#pragma once

#include <string>

#include "agent/base/clock.h"
#include "agent/model/notify_board.h"

namespace klaxon::status_page {

/// Who is told of alerts and what they answered, silences, and whether pages outlive the process;
/// empty if nobody is told and nothing is silenced.
std::string NotifySection(const NotifyBoard& board, const Instant& now);

}  // namespace klaxon::status_page
