#pragma once

#include <map>
#include <string>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "agent/model/answer.h"

namespace klaxon::kafka_collector {

/// Makes the answers of one poll and remembers each once, for Facts::answers.
class AnswerBook {
 public:
  /// A new answer.
  AnswerRef Make(std::string source, const Instant& taken_at, Duration good_for);

  /// `old` with the reason why there is nothing newer; one object for the same two. Null stays
  /// null.
  AnswerRef Carry(const AnswerRef& old, const Error& error);

  /// `old` as it is: nothing newer was asked for. Null stays null.
  AnswerRef Keep(const AnswerRef& old);

  /// Whether the answer came out of this book. Null did not.
  bool Has(const AnswerRef& answer) const { return seen_.contains(answer.get()); }

  std::vector<AnswerRef> Take() { return std::move(answers_); }

 private:
  AnswerRef Remember(AnswerRef answer);

  std::vector<AnswerRef> answers_{};
  std::unordered_set<const Answer*> seen_{};
  std::map<std::tuple<const Answer*, Reason, std::string>, AnswerRef> carried_{};
  std::vector<AnswerRef> sources_{};  // keeps the addresses in `carried_` from being used again
};

}  // namespace klaxon::kafka_collector
