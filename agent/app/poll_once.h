#pragma once

#include "agent/app/source.h"
#include "agent/model/view.h"

namespace klaxon::app {

/// Polls a source once, as commands do that print what it tells and end. Takes up to 30 s.
SectionRef PollOnce(const Source& source, const SourceDeps& deps);

/// Prints what went wrong to standard error. False: something did, or a source never answered.
bool PrintProblems(const View& view);

}  // namespace klaxon::app
