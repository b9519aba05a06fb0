#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/connect_facts.h"

/// What a Java stack trace (Throwable.printStackTrace) says. The deepest cause comes last; what
/// was thrown while closing ("Suppressed:") is indented and does not count. Pure.
namespace klaxon::connect {

/// Reduces a trace, as it comes, to the lines that matter: the first, the last "Caused by:" lines
/// and of each the topmost calls that are neither Kafka's nor Java's. Of 20 kB about 1 kB is left;
/// at most 32 kB, whatever comes.
class TraceCutter {
 public:
  void Feed(std::string_view part);

  /// The lines left, each with its end; reading them gives what reading the whole trace would. The
  /// next part begins a new trace.
  std::string Take();

 private:
  struct Block {  // one exception
    std::string head{};
    std::vector<std::string> frames{};
  };

  void EndLine();

  std::string line_{};  // under way, cut
  std::vector<Block> blocks_{};
};

/// Reads a trace, whole or reduced. `connector_class` tells whose code is whose: its own package is
/// preferred for the frame. Secrets are masked. Null for a trace without words.
ConnectFailureRef ReadFailure(std::string_view trace, std::string_view connector_class);

/// "java.net.ConnectException: Connection refused": one printable line.
std::string LineOf(const ConnectFailure& failure);

/// For telling kinds of failure apart: words that hold digits count as one and the same.
uint64_t FingerprintOf(const ConnectFailure& failure);

}  // namespace klaxon::connect
