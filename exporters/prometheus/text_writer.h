#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/metrics/writer.h"

namespace klaxon::prometheus_page {

/// A set of 64-bit hashes that is emptied and filled again and again. Not thread-safe.
class HashSet {
 public:
  /// Whether it was not in yet.
  bool Insert(uint64_t hash);

  /// Empties it, and expects about as many as it held.
  void Clear();

 private:
  void Grow();

  std::vector<uint64_t> slots_ = std::vector<uint64_t>(1024);  ///< 0: free; a power of two of them
  size_t count_ = 0;
};

struct TextOptions {
  /// What the label `cluster` is called on the page; empty: it is left out.
  std::string cluster_label = "cluster";
};

/// Writes Prometheus' text format 0.0.4 in chunks of about 64 KiB, so that a large page is never in
/// memory as a whole.
///
/// Whatever it is given, the page is one that Prometheus takes: label values become valid UTF-8 and
/// are escaped, and of two samples with the same labels only the first is written (a second one
/// makes Prometheus refuse the whole scrape); `duplicates()` counts the others. Not thread-safe.
class TextWriter final : public metrics::MetricWriter {
 public:
  using Sink = std::function<void(std::string_view)>;

  TextWriter(TextOptions options, Sink sink);

  void BeginFamily(const metrics::MetricInfo& info) override;
  void Sample(metrics::LabelValues values, double value) override;

  /// What is not known has no sample.
  void Unknown(metrics::LabelValues /*first_values*/, const AnswerRef& /*answer*/) override {}

  /// Hands what is left to the sink. Call it after the last sample.
  void Finish();

  size_t samples() const { return samples_; }

  size_t duplicates() const { return duplicates_; }

 private:
  void WriteHead();
  std::string_view LabelName(size_t index) const;
  bool SamePrefix(metrics::LabelValues values) const;
  void BuildPrefix(metrics::LabelValues values);

  TextOptions options_;
  Sink sink_;
  std::string buffer_{};
  metrics::MetricInfo info_{};
  bool head_written_ = false;
  size_t skipped_ = 0;  ///< 1 if the first label is left out in this family

  // A sample differs from the one before it mostly in its last label only: what comes before that
  // value is kept as text, with the values it was made of.
  std::string prefix_{};
  uint64_t prefix_hash_ = 0;
  std::string prefix_values_{};
  std::vector<size_t> prefix_ends_{};
  bool prefix_valid_ = false;

  HashSet seen_{};  ///< of this family
  size_t samples_ = 0;
  size_t duplicates_ = 0;
};

/// A sample's value as the format wants it: whole numbers below 2^53 without exponent, else the
/// shortest text that reads back the same; "NaN", "+Inf", "-Inf".
void AppendNumber(double value, std::string& out);

/// A label's value between its quotes.
void AppendLabelValue(std::string_view bytes, std::string& out);

}  // namespace klaxon::prometheus_page
