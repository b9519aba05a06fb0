#include "collectors/kafka/answer_book.h"

#include <utility>

namespace klaxon::kafka_collector {

AnswerRef AnswerBook::Remember(AnswerRef answer) {
  if (seen_.insert(answer.get()).second) {
    answers_.push_back(answer);
  }
  return answer;
}

AnswerRef AnswerBook::Make(std::string source, const Instant& taken_at, Duration good_for) {
  return Remember(std::make_shared<const Answer>(
      Answer{.source = std::move(source), .taken_at = taken_at, .good_for = good_for}));
}

AnswerRef AnswerBook::Carry(const AnswerRef& old, const Error& error) {
  if (old == nullptr) {
    return nullptr;
  }
  AnswerRef& carried = carried_[{old.get(), error.reason(), error.message()}];
  if (carried == nullptr) {
    sources_.push_back(old);
    carried = Remember(WithError(old, error));
  }
  return carried;
}

AnswerRef AnswerBook::Keep(const AnswerRef& old) {
  return old == nullptr ? nullptr : Remember(old);
}

}  // namespace klaxon::kafka_collector
