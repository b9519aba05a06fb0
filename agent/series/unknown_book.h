#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/metrics/writer.h"
#include "agent/model/unknown_scope.h"

namespace klaxon::series {

/// Gathers what the tables say they cannot tell, in as few scopes as say the same: neighbours that
/// differ in one label only become one with many values, metrics that lack the same become one
/// scope. Not thread-safe.
class UnknownBook {
 public:
  /// `cluster_label`: what `cluster` is called in series; empty: they have no such label.
  explicit UnknownBook(std::string cluster_label) : cluster_label_(std::move(cluster_label)) {}

  void Begin();

  /// Of the family `info`, the series whose first labels have these values.
  void Add(const metrics::MetricInfo& info, metrics::LabelValues first_values,
           const AnswerRef& answer);

  /// What was added since Begin; what was unknown in the book before keeps its beginning.
  UnknownScopesRef End(const Instant& now);

 private:
  /// Neighbours in one family that differ in the last of their labels only.
  struct Run {
    bool open = false;
    std::vector<std::string> shared{};  ///< values of the labels before
    std::vector<std::string> values{};  ///< of that label; empty: there are no labels
    AnswerRef answer{};
  };

  bool Continues(metrics::LabelValues first_values, const AnswerRef& answer) const;
  void CloseRun();
  void AddLabel(size_t index, const std::string& value, UnknownScope& scope) const;
  std::string NameOf(size_t index) const;
  Instant SinceOf(const UnknownScope& scope, const std::string& key, const Instant& now) const;

  const std::string cluster_label_;
  metrics::MetricInfo info_{};
  Run run_{};
  UnknownScopes scopes_{};
  std::unordered_map<std::string, size_t> by_key_{};  ///< in scopes_
  std::unordered_map<std::string, Instant> since_{};  ///< by what a scope covers, at the last End
};

}  // namespace klaxon::series
