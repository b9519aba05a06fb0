#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace klaxon::series {

inline constexpr std::string_view kMetricName = "__name__";

struct Label {
  std::string_view name{};
  std::string_view value{};

  friend auto operator<=>(const Label&, const Label&) = default;
};

/// The identity of a series: names with values, sorted by name, each name once, no empty value (a
/// label without a value is no label). Immutable. The metric's name is the label `__name__`.
///
/// All labels lie in one run of bytes, so that copies, comparisons and keys of groups are cheap.
class Labels {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Label;
    using difference_type = std::ptrdiff_t;
    using pointer = const Label*;
    using reference = Label;

    explicit Iterator(const char* at) : at_(at) {}

    Label operator*() const;
    Iterator& operator++();
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    const char* at_ = nullptr;
  };

  Labels() = default;

  /// In any order; of a name given twice the last counts.
  explicit Labels(std::vector<std::pair<std::string, std::string>> labels);

  /// Takes bytes that LabelFilter::Append wrote.
  static Labels FromEncoded(std::string encoded);

  Iterator begin() const { return Iterator(encoded_.data()); }

  Iterator end() const { return Iterator(encoded_.data() + encoded_.size()); }

  bool empty() const { return encoded_.empty(); }

  /// Empty when there is no such label.
  std::string_view Get(std::string_view name) const;

  std::string_view metric_name() const { return Get(kMetricName); }

  size_t Hash() const { return std::hash<std::string>{}(encoded_); }

  friend bool operator==(const Labels&, const Labels&) = default;
  /// By the first name that differs, then by its value: Prometheus' order.
  friend std::strong_ordering operator<=>(const Labels& left, const Labels& right);

 private:
  std::string encoded_{};
};

/// Series and results share their labels. Never null.
using LabelsRef = std::shared_ptr<const Labels>;

/// The one set without labels.
const LabelsRef& NoLabels();

/// `{__name__="up", job="a"}`, as Prometheus' messages have it; names that need it are quoted.
std::string ToString(const Labels& labels);

/// Some labels of a set: those with given names, or all but those.
class LabelFilter {
 public:
  static LabelFilter Only(std::vector<std::string> names);
  static LabelFilter Without(std::vector<std::string> names);

  /// Appends what passes, in the form that FromEncoded takes. Equal bytes are equal labels.
  void Append(const Labels& labels, std::string& encoded) const;

  Labels Apply(const Labels& labels) const;

 private:
  LabelFilter(std::vector<std::string> names, bool keep);

  bool Passes(std::string_view name) const;

  std::vector<std::string> names_;  ///< sorted
  bool keep_;
};

/// Changes a set of labels step by step.
class LabelsBuilder {
 public:
  explicit LabelsBuilder(const Labels& from);

  /// An empty value deletes.
  void Set(std::string_view name, std::string_view value);

  Labels Build() const { return Labels(labels_); }

 private:
  std::vector<std::pair<std::string, std::string>> labels_;
};

/// For maps whose keys are label sets, found without a copy.
struct LabelsHash {
  using is_transparent = void;

  size_t operator()(const Labels& labels) const { return labels.Hash(); }

  size_t operator()(const LabelsRef& labels) const { return labels->Hash(); }
};

struct SameLabels {
  using is_transparent = void;

  bool operator()(const LabelsRef& left, const LabelsRef& right) const {
    return left == right || *left == *right;
  }

  bool operator()(const LabelsRef& left, const Labels& right) const { return *left == right; }

  bool operator()(const Labels& left, const LabelsRef& right) const { return left == *right; }
};

}  // namespace klaxon::series
