#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "agent/base/clock.h"
#include "agent/series/labels.h"

/// What rules find and receivers are told. Alertmanager's terms: a firing alert and a resolved one
/// are the same record, told apart by its end.
namespace klaxon::alerts {

/// One alert, as it stands. A value.
struct Alert {
  series::Labels labels{};  ///< its identity, `alertname` among them; no metric name
  series::Labels annotations{};
  WallTime starts_at{};  ///< when it became firing
  /// When it was resolved; nothing while it fires.
  std::optional<WallTime> ends_at{};
  /// Since when what its rule reads has been unknown. The alert holds as long as this is set: it
  /// was firing when the facts were lost, and nobody can tell that it is not any more.
  std::optional<WallTime> unknown_since{};
  double value = 0;                 ///< of the expression, when it was last known
  Duration interval{};              ///< between two evaluations of its rule
  std::string generator_address{};  ///< a page that shows the rule; empty when there is none

  bool firing() const { return !ends_at; }
};

/// The number by which Alertmanager knows a set of labels: FNV-1a, 64 bits, of names and values in
/// their order, each followed by 0xff (prometheus/common/model/signature.go). The same in every
/// process and version, so it may be stored and sent.
uint64_t Fingerprint(const series::Labels& labels);

/// As 16 hexadecimal digits, which is how Alertmanager writes it.
std::string FingerprintText(const series::Labels& labels);

}  // namespace klaxon::alerts
