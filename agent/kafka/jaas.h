#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/result.h"

namespace klaxon::kafka {

/// What sasl.jaas.config says: how a Java client logs in.
struct JaasEntry {
  /// The class without its package ("PlainLoginModule"): shaded clients put it elsewhere.
  std::string module{};
  std::vector<std::pair<std::string, std::string>> options{};  ///< in order, each name once

  /// nullptr if it is not there.
  const std::string* Find(std::string_view name) const;
};

/// Reads "org.apache.kafka.common.security.plain.PlainLoginModule required username="a"
/// password="b";" as Kafka's JaasConfig does (a java.io.StreamTokenizer): values in double or
/// single quotes with C's escapes, or bare; // and /* */ are comments. Values without quotes may be
/// more than Java takes (numbers), and the last semicolon may be missing.
///
/// Error: kInvalid, what is wrong, in words that hold nothing of any value.
Result<JaasEntry> ParseJaas(std::string_view text);

}  // namespace klaxon::kafka
