#pragma once

#include <chrono>
#include <memory>

#include "agent/base/clock.h"
#include "agent/model/answer.h"

namespace klaxon::testing {

/// Both clocks at `second`.
inline Instant At(int second) {
  const std::chrono::seconds since{second};
  return {.wall = WallTime{since}, .mono = MonoTime{since}};
}

/// A good answer of then, good for half a minute.
inline AnswerRef AnswerAt(int second) {
  return std::make_shared<const Answer>(Answer{
      .source = "test", .taken_at = At(second), .good_for = std::chrono::seconds{30}, .error = {}});
}

}  // namespace klaxon::testing
