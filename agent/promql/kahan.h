#pragma once

#include <cmath>

namespace klaxon::promql {

/// A sum whose rounding errors do not add up: Kahan's, as improved by Neumaier. Where and how
/// Prometheus sums so, we do, so that values come out equal to the last digit.
struct KahanSum {
  double sum = 0;
  double correction = 0;

  void Add(double value) {
    const double total = sum + value;
    if (std::isinf(total)) {
      correction = 0;
    } else if (std::abs(sum) >= std::abs(value)) {
      correction += (sum - total) + value;
    } else {
      correction += (value - total) + sum;
    }
    sum = total;
  }

  double Total() const { return sum + correction; }
};

/// The mean of values as Prometheus computes it: a plain mean, until its sum would overflow; from
/// then on the mean itself is carried along.
class KahanMean {
 public:
  void Add(double value) {
    ++count_;
    if (!incremental_) {
      KahanSum next = sum_;
      next.Add(value);
      if (count_ == 1 || !std::isinf(next.sum)) {
        sum_ = next;
        return;
      }
      incremental_ = true;
      sum_ = {.sum = sum_.sum / (count_ - 1), .correction = sum_.correction / (count_ - 1)};
    }
    if (std::isinf(sum_.sum) && !std::isnan(value)) {
      const bool opposite = std::isinf(value) && (value > 0) != (sum_.sum > 0);
      if (!opposite) return;  // nothing finite moves an infinite mean
    }
    const double kept = (count_ - 1) / count_;
    sum_ = {.sum = kept * sum_.sum, .correction = kept * sum_.correction};
    sum_.Add(value / count_);
  }

  double Mean() const {
    return incremental_ ? sum_.Total() : sum_.sum / count_ + sum_.correction / count_;
  }

 private:
  KahanSum sum_{};  ///< of the values, or their mean once `incremental_`
  double count_ = 0;
  bool incremental_ = false;
};

}  // namespace klaxon::promql
