#pragma once

#include "agent/base/clock.h"

namespace klaxon::app {

enum class Signal { kStop, kReload, kNone };

/// Keeps SIGINT, SIGTERM and SIGHUP for WaitForSignal, in this thread and all that it starts later:
/// call it before the first thread. Ignores SIGPIPE and SIGXFSZ: a peer that is gone and a file
/// that may not grow (ulimit -f, LimitFSIZE) are errors of a write and no end of the process.
void BlockSignals();

/// Waits for the next of them; kNone: none came within `limit`.
Signal WaitForSignal(Duration limit);

/// Makes WaitForSignal return kReload, as SIGHUP does. For any thread.
void RaiseReload();

}  // namespace klaxon::app
