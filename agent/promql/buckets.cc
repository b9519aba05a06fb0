#include "agent/promql/buckets.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace klaxon::promql {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Differences smaller than this part of the counts are errors of rounding.
constexpr double kSmallDelta = 1e-12;

bool AlmostEqual(double left, double right) {
  if (left == right) return true;
  const double sum = std::abs(left) + std::abs(right);
  const double difference = std::abs(left - right);
  constexpr double kSmallest = std::numeric_limits<double>::min();
  if (left == 0 || right == 0 || sum < kSmallest) return difference < kSmallDelta * kSmallest;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kSmallDelta;
}

/// Sorted, with buckets of one bound made one. False: the last one is not +Inf.
bool Prepare(std::vector<Bucket>& buckets) {
  std::ranges::sort(buckets, {}, &Bucket::upper);
  if (buckets.back().upper != kInf) return false;
  size_t last = 0;
  for (size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].upper == buckets[last].upper) {
      buckets[last].count += buckets[i].count;
    } else {
      buckets[++last] = buckets[i];
    }
  }
  buckets.resize(last + 1);
  return true;
}

/// Counts that fall (scrapes between which a histogram grew) are raised. True: by more than
/// rounding explains.
bool MakeMonotonic(std::vector<Bucket>& buckets) {
  bool forced = false;
  double before = buckets.front().count;
  for (Bucket& bucket : buckets) {
    if (AlmostEqual(bucket.count, before)) {
      bucket.count = before;
    } else if (bucket.count < before) {
      bucket.count = before;
      forced = true;
    } else {
      before = bucket.count;
    }
  }
  return forced;
}

/// Cumulative counts seen as a line: how many observations lie below a value.
class Distribution {
 public:
  explicit Distribution(const std::vector<Bucket>& buckets) : buckets_(buckets) {}

  double Below(double value) const {
    double count = 0;
    for (size_t i = 0; i < buckets_.size(); ++i) {
      const double lower = LowerBound(i);
      if (lower >= value) return count;
      if (buckets_[i].upper > value) return Within(i, lower, count, value);
      count = buckets_[i].count;
    }
    return count;
  }

 private:
  double LowerBound(size_t i) const {
    if (i > 0) return buckets_[i - 1].upper;
    return buckets_[0].upper > 0 ? 0 : -kInf;
  }

  /// Nothing can be said of where observations lie in a bucket without end.
  double Within(size_t i, double lower, double count, double value) const {
    const Bucket& bucket = buckets_[i];
    if (lower == -kInf) return bucket.count;
    return count + (bucket.count - count) * (value - lower) / (bucket.upper - lower);
  }

  const std::vector<Bucket>& buckets_;
};

}  // namespace

BucketQuantileResult BucketQuantile(double q, std::vector<Bucket> buckets) {
  if (std::isnan(q)) return {.value = kNan};
  if (q < 0) return {.value = -kInf};
  if (q > 1) return {.value = kInf};
  if (!Prepare(buckets)) return {.value = kNan};
  BucketQuantileResult result{.value = kNan, .forced_monotonic = MakeMonotonic(buckets)};
  const double observations = buckets.back().count;
  if (buckets.size() < 2 || observations == 0 || std::isnan(observations)) return result;
  double rank = q * observations;
  const auto found = std::find_if(buckets.begin(), buckets.end() - 1,
                                  [rank](const Bucket& bucket) { return bucket.count >= rank; });
  if (found == buckets.end() - 1) {
    result.value = (found - 1)->upper;
  } else if (found == buckets.begin() && found->upper <= 0) {
    result.value = found->upper;
  } else {
    double start = 0;
    double count = found->count;
    if (found != buckets.begin()) {
      start = (found - 1)->upper;
      count -= (found - 1)->count;
      rank -= (found - 1)->count;
    }
    result.value = start + (found->upper - start) * (rank / count);
  }
  return result;
}

double BucketFraction(double lower, double upper, std::vector<Bucket> buckets) {
  if (!Prepare(buckets)) return kNan;
  const double count = buckets.back().count;
  if (count == 0 || std::isnan(count) || std::isnan(lower) || std::isnan(upper)) return kNan;
  if (lower >= upper) return 0;
  const Distribution distribution(buckets);
  return (std::min(count, distribution.Below(upper)) - std::min(count, distribution.Below(lower))) /
         count;
}

}  // namespace klaxon::promql
