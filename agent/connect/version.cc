#include "agent/connect/version.h"

#include <charconv>
#include <limits>

#include "agent/http/url.h"

namespace klaxon::connect {
namespace {

constexpr Version kNewest{.major = std::numeric_limits<int>::max(), .minor = 0};

/// Confluent Platform's count as Apache Kafka's: 5.N is 2.N, 6.N is 2.(6+N), 7.N is 3.N, 8.N is
/// 4.N.
Version FromConfluent(Version platform) {
  constexpr int kFirst = 5;
  constexpr int kSixth = 6;
  constexpr int kAhead = 4;
  if (platform.major < kFirst) {
    return platform;
  }
  if (platform.major == kFirst) {
    return {.major = 2, .minor = platform.minor};
  }
  if (platform.major == kSixth) {
    return {.major = 2, .minor = kSixth + platform.minor};
  }
  return {.major = platform.major - kAhead, .minor = platform.minor};
}

}  // namespace

Version ReadVersion(std::string_view text) {
  Version version;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [dot, error] = std::from_chars(begin, end, version.major);
  if (error != std::errc() || dot == end || *dot != '.' || version.major < 0) {
    return kNewest;
  }
  if (std::from_chars(dot + 1, end, version.minor).ec != std::errc()) {
    return kNewest;
  }
  const bool confluent =
      text.find("-cc") != std::string_view::npos || text.find("-ce") != std::string_view::npos;
  return confluent ? FromConfluent(version) : version;
}

bool IsAddressable(std::string_view connector, Version worker) {
  constexpr int kJetty12 = 4;
  if (connector.empty() || connector == "." || connector == "..") {
    return false;
  }
  return worker.major < kJetty12 || connector.find_first_of("/\\%") == std::string_view::npos;
}

std::string ConnectorPath(std::string_view connector) {
  return "/connectors/" + http::PercentEncode(connector);
}

}  // namespace klaxon::connect
