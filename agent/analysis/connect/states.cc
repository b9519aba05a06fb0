#include <algorithm>

#include "agent/analysis/connect/case.h"

namespace klaxon::analysis {
namespace {

constexpr Duration kHour = std::chrono::hours{1};

/// Takes the newest word of a state. True: it went into FAILED.
bool Take(const std::string& word, const Instant& at, ConnectStateHistory& state) {
  if (state.word == word) {
    return false;
  }
  const bool first = state.age.since == Instant{};
  const bool told = !word.empty() && !state.word.empty();
  state.word = word;
  state.age.since = at;
  state.age.seen = !first;
  const bool failed = told && word == "FAILED";
  state.age.failures += failed ? 1U : 0U;
  return failed;
}

}  // namespace

void JudgeStates(ConnectCase& subject) {
  ConnectorHistory& history = subject.history;
  const Instant at = subject.observed();
  size_t failed = Take(subject.facts.state, at, history.self) ? 1 : 0;
  subject.derived.age = history.self.age;
  std::map<int32_t, ConnectStateHistory> tasks;
  for (const ConnectTaskFacts& task : subject.facts.tasks) {
    ConnectStateHistory& state = tasks[task.id];
    if (const auto before = history.tasks.find(task.id); before != history.tasks.end()) {
      state = before->second;
    }
    failed += Take(task.state, at, state) ? 1U : 0U;
    subject.derived.tasks.push_back({.age = state.age});
  }
  history.tasks = std::move(tasks);  // what vanished starts anew if it comes back
  std::erase_if(history.held, [&](const auto& held) {
    return held.first.second >= 0 && !history.tasks.contains(held.first.second);
  });
  history.failures.insert(history.failures.end(), failed, at.mono);
  while (!history.failures.empty() && at.mono - history.failures.front() > kHour) {
    history.failures.pop_front();
  }
  subject.derived.failures_an_hour = history.failures.size();
}

void ConnectCase::Tell(ConnectFault fault, Truth truth) {
  const auto weight = [](Truth each) {
    return each == Truth::kYes ? 2 : each == Truth::kUnknown ? 1 : 0;
  };
  std::optional<Truth>& told = derived.faults.at(static_cast<size_t>(fault));
  if (!told || weight(truth) > weight(*told)) {
    told = truth;
  }
}

bool ConnectCase::Weigh(const ConnectCondition& condition) {
  const std::pair key{condition.fault, condition.task};
  if (condition.truth == Truth::kNo) {
    history.held.erase(key);
  }
  if (condition.truth != Truth::kYes) {
    Tell(condition.fault, condition.truth);
    return false;
  }
  const Instant since = history.held.emplace(key, condition.observed).first->second;
  if (condition.observed.mono - since.mono < condition.grace) {
    Tell(condition.fault, Truth::kNo);  // what has lasted for less than that is no fault yet
    return false;
  }
  Tell(condition.fault, Truth::kYes);
  derived.verdicts.push_back(
      {.fault = condition.fault, .task = condition.task, .since = since, .why = condition.why});
  return true;
}

}  // namespace klaxon::analysis
