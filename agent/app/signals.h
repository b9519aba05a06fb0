#pragma once

namespace klaxon::app {

enum class Signal { kStop, kReload };

/// Keeps SIGINT, SIGTERM and SIGHUP for WaitForSignal and ignores SIGPIPE, in this thread and all
/// that it starts later: call it before the first thread.
void BlockSignals();

/// Waits for the next of them.
Signal WaitForSignal();

}  // namespace klaxon::app
