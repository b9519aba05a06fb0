#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/kafka/worker_group.h"

namespace klaxon::kafka {
namespace {

using nlohmann::json;
using wire::DescribeGroupsResponse;

/// An identity has a dozen short fields; more is not one.
constexpr size_t kLargest = size_t{16} << 10U;
constexpr size_t kLongestName = 1024;

std::string TextIn(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string()
             ? Printable(found->get_ref<const std::string&>(), kLongestName)
             : "";
}

int32_t NumberIn(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) {
    return 0;
  }
  const auto number = found->get<int64_t>();
  return number < 0 || number > std::numeric_limits<int32_t>::max() ? 0
                                                                    : static_cast<int32_t>(number);
}

bool TruthIn(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

/// "http://host:8081", or empty: the identity names no host.
std::string UrlOf(const json& identity) {
  const std::string host = TextIn(identity, "host");
  if (host.empty()) {
    return "";
  }
  const std::string scheme = TextIn(identity, "scheme");
  const bool literal6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return fmt::format("{}://{}:{}", scheme.empty() ? "http" : scheme,
                     literal6 ? "[" + host + "]" : host, NumberIn(identity, "port"));
}

/// Empty: these bytes are no JSON object.
std::optional<json> Parse(const wire::Bytes& bytes) {
  if (bytes.data.size() > kLargest) {
    return std::nullopt;
  }
  json parsed = json::parse(bytes.data, nullptr, false);
  return parsed.is_object() ? std::optional(std::move(parsed)) : std::nullopt;
}

std::string Misread(const DescribeGroupsResponse::Member& member, std::string_view what) {
  return fmt::format(
      "{} of member {}: {} bytes that are no JSON object", what, Printable(member.client_id),
      what == "metadata" ? member.metadata.data.size() : member.assignment.data.size());
}

/// Confluent and Karapace both say "master" on the wire.
void TakeAssignment(const json& assignment, RegistryGroupFacts& group) {
  if (const int32_t error = NumberIn(assignment, "error"); error != 0) {
    group.error = error;
  }
  const auto identity = assignment.find("master_identity");
  if (identity == assignment.end() || !identity->is_object()) {
    return;  // no node may lead
  }
  group.leader = TextIn(assignment, "master");
  group.leader_url = UrlOf(*identity);
}

}  // namespace

RegistryGroupFacts ReadRegistryGroup(const DescribeGroupsResponse::Group& group) {
  RegistryGroupFacts facts;
  facts.members.reserve(group.members.size());
  for (const DescribeGroupsResponse::Member& member : group.members) {
    RegistryMemberFacts& read = facts.members.emplace_back(RegistryMemberFacts{
        .member_id = member.member_id, .client_host = Printable(member.client_host)});
    if (const auto identity = Parse(member.metadata)) {
      read.url = UrlOf(*identity);
      read.eligible = TruthIn(*identity, "master_eligibility");
    } else if (!member.metadata.data.empty()) {
      facts.misread = Misread(member, "metadata");
    }
    if (const auto assignment = Parse(member.assignment)) {
      TakeAssignment(*assignment, facts);
    } else if (!member.assignment.data.empty()) {
      facts.misread = Misread(member, "assignment");
    }
  }
  std::ranges::stable_sort(facts.members, {}, &RegistryMemberFacts::url);
  return facts;
}

}  // namespace klaxon::kafka
