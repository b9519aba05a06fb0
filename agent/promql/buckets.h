#pragma once

#include <vector>

namespace klaxon::promql {

/// A bucket of a classic histogram: how many observations were at most `upper`.
struct Bucket {
  double upper = 0;
  double count = 0;  ///< cumulative
};

struct BucketQuantileResult {
  double value = 0;
  bool forced_monotonic = false;  ///< counts fell where they cannot, and were mended
};

/// The q-quantile, linear within a bucket. NaN without observations, without a bucket up to +Inf,
/// or with that bucket alone; -Inf and +Inf for q outside [0, 1].
/// REQUIRES: at least one bucket.
BucketQuantileResult BucketQuantile(double q, std::vector<Bucket> buckets);

/// Which part of the observations lies between two values, linear within a bucket. NaN as above.
/// REQUIRES: at least one bucket.
double BucketFraction(double lower, double upper, std::vector<Bucket> buckets);

}  // namespace klaxon::promql
