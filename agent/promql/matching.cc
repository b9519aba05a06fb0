#include "agent/promql/matching.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "agent/promql/binary.h"
#include "agent/promql/groups.h"

namespace klaxon::promql {
namespace {

series::LabelFilter MatchedLabels(const Matching& matching) {
  if (matching.on) return series::LabelFilter::Only(matching.labels);
  std::vector<std::string> names = matching.labels;
  names.emplace_back(series::kMetricName);
  return series::LabelFilter::Without(std::move(names));
}

/// The labels of a pair's result, before the name is dropped for good.
class ResultLabels {
 public:
  explicit ResultLabels(const Binary& binary) : binary_(binary) {
    const Matching& matching = binary.matching;
    std::vector<std::string> without;
    if (!IsComparison(binary.op)) without.emplace_back(series::kMetricName);
    lost_ = without;
    lost_.insert(lost_.end(), matching.include.begin(), matching.include.end());
    keeps_all_ = without.empty();
    if (matching.cardinality == Matching::Cardinality::kOneToOne) {
      if (matching.on) {
        std::vector<std::string> only = matching.labels;
        if (!without.empty()) std::erase(only, series::kMetricName);
        filter_ = series::LabelFilter::Only(std::move(only));
        keeps_all_ = false;
        return;
      }
      without.insert(without.end(), matching.labels.begin(), matching.labels.end());
      keeps_all_ = without.empty();
    }
    filter_ = series::LabelFilter::Without(std::move(without));
  }

  series::LabelsRef Of(const series::LabelsRef& many, const series::Labels& one) const {
    if (keeps_all_ && binary_.matching.include.empty()) return many;
    series::Labels labels = filter_->Apply(*many);
    if (!binary_.matching.include.empty()) {
      series::LabelsBuilder builder(labels);
      for (const std::string& name : binary_.matching.include)
        builder.Set(name, one.Get(name));
      labels = builder.Build();
    }
    return std::make_shared<const series::Labels>(std::move(labels));
  }

  /// Of a match of many to one: what the result does not have of the sample of the many.
  const std::vector<std::string>& lost() const { return lost_; }

 private:
  const Binary& binary_;
  std::vector<std::string> lost_{};
  std::optional<series::LabelFilter> filter_{};
  bool keeps_all_ = false;
};

/// Whether the value of `expr` may hold samples with the same labels: after arithmetic on the
/// metric's name, which the result has lost. Any other vector has each label set once.
bool MayRepeat(const Expr& expr) {
  const auto* const binary = std::get_if<Binary>(&expr.node);
  if (binary != nullptr && binary->matching.on && !IsComparison(binary->op) &&
      !IsSetOperator(binary->op) &&
      std::ranges::count(binary->matching.labels, series::kMetricName) > 0) {
    return true;
  }
  return std::ranges::any_of(PartsOf(expr), [](const Expr* part) { return MayRepeat(*part); });
}

class PairFinder {
 public:
  explicit PairFinder(const Binary& binary)
      : binary_(binary),
        one_is_left_(binary.matching.cardinality == Matching::Cardinality::kOneToMany),
        groups_(MatchedLabels(binary.matching)),
        labels_(binary) {}

  Result<Vector> Run(const Vector& left, const Vector& right) {
    const Vector& many = one_is_left_ ? right : left;
    if (Result<void> indexed = Index(one_is_left_ ? left : right); !indexed) {
      return indexed.error();
    }
    one_to_one_ = binary_.matching.cardinality == Matching::Cardinality::kOneToOne;
    matched_.resize(ones_.size());
    if (!one_to_one_ && MayComeOutTheSame(many)) made_.resize(ones_.size());
    for (const VectorSample& sample : many) {
      const std::optional<size_t> number = groups_.FindKnown(*sample.labels);
      if (!number) continue;  // nobody on the other side has these labels
      if (Result<void> paired = Pair(sample, *number); !paired) return paired.error();
    }
    return std::move(result_);
  }

 private:
  /// Each sample of the side that must be unique, by its group.
  Result<void> Index(const Vector& ones) {
    for (const VectorSample& sample : ones) {
      const auto [number, is_new] = groups_.Find(*sample.labels);
      if (!is_new) return Duplicate(*ones_[number], sample);
      ones_.push_back(&sample);
    }
    return {};
  }

  Error Duplicate(const VectorSample& first, const VectorSample& second) const {
    const series::Labels group = MatchedLabels(binary_.matching).Apply(*first.labels);
    const bool in_order = *first.labels < *second.labels;
    return {Reason::kInvalid,
            fmt::format("found duplicate series for the match group {} on the {} hand-side of the "
                        "operation: [{}, {}];many-to-many matching not allowed: matching labels "
                        "must be unique on one side",
                        ToString(group), one_is_left_ ? "left" : "right",
                        ToString(in_order ? *first.labels : *second.labels),
                        ToString(in_order ? *second.labels : *first.labels))};
  }

  /// Whether two of the many could give the same labels with the same partner. They differ before,
  /// so they would have to differ in nothing but what is lost; mostly that is the same for all.
  bool MayComeOutTheSame(const Vector& many) const {
    if (MayRepeat(one_is_left_ ? *binary_.right : *binary_.left)) return true;
    if (labels_.lost().empty()) return false;
    Groups lost(series::LabelFilter::Only(labels_.lost()));
    for (const VectorSample& sample : many)
      lost.Find(*sample.labels);
    return lost.size() > 1;
  }

  /// An error if the pair must not be, because of one before. Told also of pairs that a comparison
  /// does not keep, as in Prometheus: whether an expression is right must not depend on the values
  /// of the hour.
  Result<void> Check(const VectorSample& many, size_t number) {
    if (one_to_one_ && matched_[number]) {
      return Error(Reason::kInvalid,
                   "multiple matches for labels: many-to-one matching must be explicit "
                   "(group_left/group_right)");
    }
    matched_[number] = true;
    if (made_.empty() ||
        made_[number].insert(labels_.Of(many.labels, *ones_[number]->labels)).second) {
      return {};
    }
    return Error(Reason::kInvalid,
                 "multiple matches for labels: grouping labels must ensure unique matches");
  }

  Result<void> Pair(const VectorSample& many, size_t number) {
    if (Result<void> checked = Check(many, number); !checked) return checked;
    const VectorSample& one = *ones_[number];
    const Applied applied = one_is_left_ ? ApplyOperator(binary_.op, one.value, many.value)
                                         : ApplyOperator(binary_.op, many.value, one.value);
    if (!applied.kept && !binary_.returns_bool) return {};
    double value = applied.value;
    if (binary_.returns_bool) value = applied.kept ? 1 : 0;
    result_.push_back({.labels = labels_.Of(many.labels, *one.labels),
                       .value = value,
                       .drop_name = binary_.returns_bool});
    return {};
  }

  using LabelSets = std::unordered_set<series::LabelsRef, series::LabelsHash, series::SameLabels>;

  const Binary& binary_;
  bool one_is_left_;
  bool one_to_one_ = false;
  Groups groups_;
  ResultLabels labels_;
  std::vector<const VectorSample*> ones_{};  ///< by group
  std::vector<bool> matched_{};              ///< by group
  std::vector<LabelSets> made_{};  ///< by group: labels of results; empty: none can repeat
  Vector result_{};
};

}  // namespace

Vector ApplySet(const Binary& binary, Vector left, Vector right) {
  Groups groups(MatchedLabels(binary.matching));
  Vector result;
  if (binary.op == Operator::kOr) {
    for (const VectorSample& sample : left)
      groups.Find(*sample.labels);
    result = std::move(left);
    for (VectorSample& sample : right) {
      if (!groups.FindKnown(*sample.labels)) result.push_back(std::move(sample));
    }
    return result;
  }
  for (const VectorSample& sample : right)
    groups.Find(*sample.labels);
  for (VectorSample& sample : left) {
    const bool matched = groups.FindKnown(*sample.labels).has_value();
    if (matched == (binary.op == Operator::kAnd)) result.push_back(std::move(sample));
  }
  return result;
}

Result<Vector> ApplyMatched(const Binary& binary, const Vector& left, const Vector& right) {
  // As in Prometheus nothing is wrong with samples that have nobody to be matched with.
  if (left.empty() || right.empty()) return Vector{};
  return PairFinder(binary).Run(left, right);
}

}  // namespace klaxon::promql
