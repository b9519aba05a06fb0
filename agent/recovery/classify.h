#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "agent/model/connect_facts.h"
#include "agent/recovery/policy.h"

namespace klaxon::recovery {

/// Tells from a failure what kind it is. Immutable; thread-safe.
class Classifier {
 public:
  /// REQUIRES: every pattern compiles, as ReadPolicy makes sure; one that does not is left out.
  explicit Classifier(const std::vector<CustomPattern>& patterns);

  /// Own patterns first, then the built-in ones. The deepest cause that one knows decides, except
  /// that a place that is gone (kDataLossRisk) decides wherever it is told. Null: kUnknown.
  FailureClass ClassOf(const ConnectFailureRef& failure) const;

 private:
  struct Custom;
  std::shared_ptr<const std::vector<Custom>> custom_;
};

/// What a person may do about a failure of that class; one sentence.
std::string_view AdviceFor(FailureClass failure);

}  // namespace klaxon::recovery
