#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace klaxon::kafka {

/// What was looked at, in the order in which a connection needs it.
enum class Step {
  kName,         ///< DNS
  kConnection,   ///< TCP
  kTls,          ///< handshake, chain, names, expiry
  kLogin,        ///< SASL and ApiVersions: the first answer of a broker
  kCluster,      ///< Metadata and the quorum behind it
  kPermissions,  ///< one a permission
  kClock,        ///< the cluster's against ours
  kShown,        ///< what Klaxon will and will not be able to show
  kAnswers,      ///< of a source other than Kafka: one poll
};

/// "name", "connection", ...: for people and JSON; stable.
std::string_view Name(Step step);

enum class Outcome {
  kGood,
  kNote,     ///< works, and somebody should look at it
  kBad,      ///< does not work
  kUnknown,  ///< could not be found out, because of another finding
};

/// "ok", "note", "bad", "unknown"; stable.
std::string_view Name(Outcome outcome);

/// One thing that was looked at. All texts are printable and hold no secret.
struct Finding {
  Step step{};
  Outcome outcome{};
  std::string subject{};  ///< "broker-1:9092", "the cluster", a permission, ...
  std::string said{};     ///< what was found
  std::string mend{};     ///< what to try; empty when nothing is to be done, or `said` holds it

  friend bool operator==(const Finding&, const Finding&) = default;
};

using Findings = std::vector<Finding>;

/// Whether anything is bad.
bool AnyBad(const Findings& findings);

}  // namespace klaxon::kafka
