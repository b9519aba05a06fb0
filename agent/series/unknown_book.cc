#include "agent/series/unknown_book.h"

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace klaxon::series {
namespace {

/// What tells scopes apart, their metrics and answers aside.
std::string KeyOf(const UnknownScope& scope) {
  std::string key;
  const auto append = [&](std::string_view part) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
  };
  for (const auto& [name, value] : scope.labels) {
    append(name);
    append(value);
  }
  key += '/';
  append(scope.split);
  for (const std::string& value : scope.values)
    append(value);
  return key;
}

}  // namespace

void UnknownBook::Begin() {
  scopes_.clear();
  by_key_.clear();
  run_ = {};
}

bool UnknownBook::Continues(metrics::LabelValues first_values, const AnswerRef& answer) const {
  return run_.open && !run_.values.empty() && answer == run_.answer &&
         first_values.size() == run_.shared.size() + 1 &&
         std::ranges::equal(first_values.first(run_.shared.size()), run_.shared);
}

void UnknownBook::Add(const metrics::MetricInfo& info, metrics::LabelValues first_values,
                      const AnswerRef& answer) {
  first_values = first_values.first(std::min(first_values.size(), info.labels.size()));
  if (info.name != info_.name || !Continues(first_values, answer)) {
    CloseRun();
    info_ = info;
    run_ = {.open = true, .answer = answer};
    const size_t shared = first_values.empty() ? 0 : first_values.size() - 1;
    for (const std::string_view value : first_values.first(shared))
      run_.shared.emplace_back(value);
  }
  if (first_values.empty()) return;
  // A table that says the same twice says it in a row.
  if (run_.values.empty() || run_.values.back() != first_values.back()) {
    run_.values.emplace_back(first_values.back());
  }
}

std::string UnknownBook::NameOf(size_t index) const {
  const std::string_view name = info_.labels[index];
  return index == 0 && name == "cluster" ? cluster_label_ : std::string(name);
}

void UnknownBook::AddLabel(size_t index, const std::string& value, UnknownScope& scope) const {
  std::string name = NameOf(index);
  if (!name.empty()) scope.labels.emplace_back(std::move(name), value);
}

void UnknownBook::CloseRun() {
  if (!run_.open) return;
  run_.open = false;
  UnknownScope scope{.answer = run_.answer};
  for (size_t i = 0; i < run_.shared.size(); ++i)
    AddLabel(i, run_.shared[i], scope);
  if (run_.values.size() == 1) {
    AddLabel(run_.shared.size(), run_.values.front(), scope);
  } else if (!run_.values.empty()) {
    scope.split = NameOf(run_.shared.size());
    if (!scope.split.empty()) scope.values = std::move(run_.values);
  }
  const std::string key = fmt::format("{}{}", fmt::ptr(run_.answer.get()), KeyOf(scope));
  const auto [place, is_new] = by_key_.emplace(key, scopes_.size());
  if (is_new) scopes_.push_back(std::move(scope));
  std::vector<std::string_view>& metrics = scopes_[place->second].metrics;
  if (metrics.empty() || metrics.back() != info_.name) metrics.push_back(info_.name);
}

Instant UnknownBook::SinceOf(const UnknownScope& scope, const std::string& key,
                             const Instant& now) const {
  if (const auto before = since_.find(key); before != since_.end()) return before->second;
  if (scope.answer == nullptr || IsFresh(scope.answer, now)) return now;
  const Answer& answer = *scope.answer;
  const auto good_for = std::chrono::duration_cast<WallTime::duration>(answer.good_for);
  return {.wall = answer.taken_at.wall + good_for, .mono = answer.taken_at.mono + answer.good_for};
}

UnknownScopesRef UnknownBook::End(const Instant& now) {
  CloseRun();
  std::unordered_map<std::string, Instant> since;
  for (UnknownScope& scope : scopes_) {
    const std::string key = KeyOf(scope) + std::string(scope.metrics.front());
    scope.since = SinceOf(scope, key, now);
    since.emplace(key, scope.since);
  }
  since_ = std::move(since);
  return std::make_shared<const UnknownScopes>(std::move(scopes_));
}

}  // namespace klaxon::series
