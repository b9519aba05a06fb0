#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "agent/base/result.h"
#include "agent/model/answer.h"

namespace klaxon {

/// An answer without an error, of a source for people: "/config of http://registry:8081".
inline AnswerRef MakeAnswer(std::string source, const Instant& at, Duration good_for) {
  return std::make_shared<const Answer>(
      Answer{.source = std::move(source), .taken_at = at, .good_for = good_for, .error = {}});
}

/// The state of a server that did not answer a question as it should. State has kNotServing (it
/// answers with an error of its own), kUnreachable and kUnknown (what answers is something else).
template <class State>
State StateAfter(const Error& error) {
  switch (error.reason()) {
    case Reason::kRefused:
      return State::kNotServing;
    case Reason::kUnreachable:
    case Reason::kTimeout:
      return State::kUnreachable;
    case Reason::kUnauthorized:
    case Reason::kUnsupported:
    case Reason::kBadAnswer:
    case Reason::kInvalid:
    case Reason::kCancelled:
    case Reason::kInternal:
      return State::kUnknown;
  }
  std::abort();
}

}  // namespace klaxon
