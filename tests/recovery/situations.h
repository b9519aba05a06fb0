#pragma once

#include <string_view>
#include <vector>

#include "tests/recovery/estate.h"

namespace klaxon::recovery {

/// A situation with the number that the contract gives it, and what must be decided about "sink".
struct Situation {
  int number = 0;
  std::string_view what{};
  void (*play)(Estate&) = nullptr;
  RecoveryAction expected = RecoveryAction::kNothing;
  std::string_view why{};  ///< part of it
};

inline void FailTwice(Estate& estate, FailureClass failure) {
  estate.Fail("sink", 0, failure);
  estate.Passes(2);
}

inline void FailTwice(Estate& estate) {
  FailTwice(estate, FailureClass::kTransient);
}

/// What it may be restarted for once only: that did not help, and the back-off is over.
inline void FailAfterOneRestart(Estate& estate, FailureClass failure) {
  FailTwice(estate, failure);
  estate.FailAgain("sink", 0);
  estate.Passes(40);
}

/// Eight more connectors; all fail.
inline void FailAll(Estate& estate) {
  for (const char name : std::string("abcdefgh")) {
    estate.Add(std::string(1, name));
  }
  estate.Pass(5);
  for (Connector& connector : estate.world.connectors) {
    estate.Fail(connector.name, 0);
  }
  estate.Passes(2);
}

/// By theme: what Connect says of it; how it failed before; what goes on around it.
const std::vector<Situation>& SituationsOfState();
const std::vector<Situation>& SituationsOfFailure();
const std::vector<Situation>& SituationsAround();

}  // namespace klaxon::recovery
