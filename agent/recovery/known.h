#pragma once

#include <span>
#include <string_view>

#include "agent/model/recovery_facts.h"

/// The tables of what traces say; for .cc files of this folder only.
namespace klaxon::recovery {

/// A line of a trace, "exception: message", that tells the class of the failure.
struct Known {
  FailureClass failure = FailureClass::kUnknown;
  /// Parts that must be found in the line in this order, separated by '*'. Case counts.
  std::string_view words{};
};

// In the order in which they are asked; within a table the first that fits holds.
std::span<const Known> KnownOfKafka();
std::span<const Known> KnownOfDatabases();
std::span<const Known> KnownOfStores();
std::span<const Known> KnownOfJava();

}  // namespace klaxon::recovery
