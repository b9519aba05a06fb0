#include "agent/model/unknown_scope.h"

namespace klaxon {

std::string Why(const UnknownScope& scope) {
  if (scope.answer == nullptr) return "it was never told";
  const Answer& answer = *scope.answer;
  return answer.source + ": " +
         (answer.error ? answer.error->message() : "answers, but does not tell");
}

}  // namespace klaxon
