#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace klaxon::connect {

/// A worker's version in Apache Kafka's count.
struct Version {
  int major = 0;
  int minor = 0;

  friend auto operator<=>(const Version&, const Version&) = default;
};

/// Reads "3.9.1" and Confluent's "7.6.0-ccs" (which is 3.6; docs.confluent.io, "Supported versions
/// and interoperability"). A version that makes no sense counts as the newest.
Version ReadVersion(std::string_view text);

inline constexpr Version kHasTopics{2, 5};   // KIP-558
inline constexpr Version kHasOffsets{3, 5};  // KIP-875
inline constexpr Version kHasHealth{3, 9};   // KIP-1017

/// Whether a request can name the connector. Kafka 4.0 and later (Jetty 12) answer 400 "Ambiguous
/// URI" to an encoded '/', '\' or '%', and no server tells "", "." and ".." from places in a path.
bool IsAddressable(std::string_view connector, Version worker);

/// "/connectors/orders%20to%20lake"; every byte that is not unreserved (RFC 3986) is encoded.
std::string ConnectorPath(std::string_view connector);

}  // namespace klaxon::connect
