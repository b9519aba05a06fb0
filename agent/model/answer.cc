#include "agent/model/answer.h"

namespace klaxon {

AnswerRef WithError(const AnswerRef& answer, const Error& error) {
  if (answer == nullptr) {
    return nullptr;
  }
  Answer marked = *answer;
  marked.error = error;
  return std::make_shared<const Answer>(std::move(marked));
}

}  // namespace klaxon
