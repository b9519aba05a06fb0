#pragma once

namespace klaxon::app {

/// What the program tells its caller. Documented in `klaxon --help`; stable.
enum ExitCode : int {
  kOk = 0,
  kFailed = 1,  ///< it could not do what was asked, e.g. the port is taken or nobody answered
  kUsage = 2,   ///< the command line or the configuration is wrong
  kStuck = 3,   ///< it had to be ended by its own watchdog while stopping
};

}  // namespace klaxon::app
