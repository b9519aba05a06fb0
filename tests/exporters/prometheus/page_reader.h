#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace klaxon::testing {

/// One sample as a strict reader of the text format understands it.
struct ReadSample {
  std::string metric{};
  std::map<std::string, std::string> labels{};  ///< values unescaped
  std::string value{};                          ///< as written

  /// "metric{a="x",b="y"}" with sorted labels: what Prometheus calls one series.
  std::string Series() const;
};

/// A page in the text format 0.0.4, read by the letter of its description: whoever is stricter than
/// Prometheus cannot be surprised by it.
struct ReadPage {
  std::vector<ReadSample> samples{};
  std::map<std::string, std::string> types{};
  std::map<std::string, std::string> help{};
  /// Sentences about what is wrong with the page: broken lines, families in pieces or without HELP
  /// and TYPE before them, series that come twice, bytes that are no UTF-8.
  std::vector<std::string> mistakes{};

  /// The value of a series, "" if there is none.
  std::string Value(std::string_view series) const;
};

ReadPage ReadText(std::string_view text);

/// The plain text of a gzip file, checksum and length verified by zlib; "broken: ..." if they or
/// the file are wrong, or if something follows it.
std::string Gunzip(std::string_view file);

}  // namespace klaxon::testing
