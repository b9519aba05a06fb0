#include "collectors/rest_proxy/node.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/http/status.h"
#include "agent/http/url.h"
#include "collectors/rest_proxy/parse.h"

namespace klaxon::rest_proxy_collector {
namespace {

constexpr uint64_t kLookEvery = 30;  // polls between two looks at what a node is and has
constexpr size_t kLongestAnswer = size_t{64} << 20U;
// Confluent's v2 insists on a media type of its own or JSON; v3 on JSON.
constexpr const char* kAccept =
    "application/vnd.kafka.v2+json, application/vnd.kafka+json;q=0.9, application/json;q=0.8";

/// A healthy proxy answers so where an endpoint is switched off, or is not in its kind.
bool IsAbsent(const http::HttpResponse& response) {
  return response.status == http::kNotFound || response.status == http::kMethodNotAllowed;
}

RestProxyState StateAfter(const Error& error) {
  switch (error.reason()) {
    case Reason::kTimeout:
      return RestProxyState::kHanging;
    case Reason::kUnreachable:
      return RestProxyState::kUnreachable;
    case Reason::kRefused:
    case Reason::kUnauthorized:
      return RestProxyState::kFailing;
    case Reason::kUnsupported:
    case Reason::kBadAnswer:
    case Reason::kInvalid:
    case Reason::kCancelled:
    case Reason::kInternal:
      return RestProxyState::kUnknown;
  }
  std::abort();
}

std::string ContentTypeNotice(const http::HttpResponse& response) {
  return response.content_type.find("json") != std::string::npos
             ? ""
             : "it sends JSON as \"" + Printable(response.content_type, 60) +
                   "\": clients that look at Content-Type refuse that";
}

Result<std::vector<int32_t>> AllBrokersV3(std::string_view body) {
  Result<Page<int32_t>> brokers = ParseBrokersV3(body);
  if (!brokers) {
    return brokers.error();
  }
  if (brokers->more) {
    return Error(Reason::kUnsupported, "lists in pages, which Klaxon does not follow");
  }
  return std::move(brokers->entries);
}

/// What of a node answers without asking Kafka.
std::string CheapResource(RestProxyKind kind) {
  switch (kind) {
    case RestProxyKind::kKarapace:
      return "/_health";
    case RestProxyKind::kBridge:
      return "/healthy";
    case RestProxyKind::kConfluent:
    case RestProxyKind::kUnknown:
      return "/";
  }
  std::abort();
}

}  // namespace

Error JudgeAnswer(const http::HttpResponse& response, const std::string& node) {
  if (response.status == http::kOk && http::LooksLikeWebPage(response)) {
    return {Reason::kBadAnswer, node + " answers with a web page; is this a REST proxy's address?"};
  }
  const Told told = ParseError(response.body);
  const std::string_view meaning = MeaningOf(told.code);
  std::string_view other = "is this a REST proxy's address?";
  if (response.status == http::kNotAcceptable || response.status == http::kUnsupportedMediaType) {
    other = "it takes none of the media types of v2; does something in between change headers?";
  }
  const Error error = http::JudgeRefusal(
      response, told.words,
      {.login = meaning.empty()
                    ? "check username and password, or the token, in this section of the "
                      "configuration"
                    : meaning,
       .not_found = "is this a REST proxy's address, or are its APIs switched off?",
       .later = meaning.empty() ? "see the proxy's log if this lasts" : meaning,
       .other = other});
  return {error.reason(), node + " " + error.message()};
}

Node::Node(std::string url, http::HttpClient& http, http::ClientAccess access)
    : url_(std::move(url)), http_(&http), access_(std::move(access)) {
  while (url_.ends_with('/')) {
    url_.pop_back();
  }
}

Result<http::HttpResponse> Node::Get(const std::string& resource, const Wait& wait) const {
  return http_->Get({.url = url_ + resource,
                     .headers = {{"Accept", kAccept}},
                     .access = access_,
                     .max_body = kLongestAnswer},
                    wait.deadline, wait.context.stop);
}

Error Node::Misread(const std::string& resource, const Error& error) const {
  return {error.reason(),
          url_ + resource + " answers not as a REST proxy does: " + error.message()};
}

Telling Node::Ask(const PollContext& context, Duration patience) {
  Telling telling;
  telling.at = context.clock.Now();
  const MonoTime began = telling.at.mono;
  const Wait whole{.context = context, .deadline = std::min(context.deadline, began + patience)};
  // What hangs must leave time for the question whether anything answers there.
  const Wait first{.context = context, .deadline = began + (whole.deadline - began) / 4 * 3};
  if (memory_.polls++ % kLookEvery == 0) {
    memory_.known = memory_.no_v2 = memory_.no_v3 = memory_.no_brokers = false;
  }
  telling.topics = Topics(first, telling);
  if (telling.topics) {
    telling.state = RestProxyState::kServing;
    if (!memory_.known) {
      Identify(whole);
    }
    AskClusterId(whole, telling);
    if (memory_.kind == RestProxyKind::kUnknown && telling.cluster_id && *telling.cluster_id) {
      memory_.kind = RestProxyKind::kConfluent;  // nobody else has v3
    }
    AskBrokers(whole, telling);
    telling.off = SwitchedOff();
  } else {
    telling.state = StateAfter(telling.topics.error());
    if (telling.state == RestProxyState::kHanging) {
      telling.topics = Explain(telling.topics.error(), whole);
    }
  }
  telling.kind = memory_.kind;
  telling.version = memory_.version;
  return telling;
}

Result<std::vector<std::string>> Node::Topics(const Wait& wait, Telling& telling) {
  if (memory_.no_v2) {
    return TopicsV3(wait, telling);
  }
  const MonoTime asked = wait.context.clock.Now().mono;
  const Result<http::HttpResponse> response = Get("/topics", wait);
  if (!response) {
    return response.error();
  }
  if (IsAbsent(*response)) {
    memory_.no_v3 = false;  // it may have been switched on while v2 was used
    Result<std::vector<std::string>> topics = TopicsV3(wait, telling);
    memory_.no_v2 = static_cast<bool>(topics);
    // Where v3 is, what ails it is the reason; an absent v2 is not.
    return topics || !memory_.no_v3 ? std::move(topics) : JudgeAnswer(*response, url_);
  }
  if (response->status != http::kOk || http::LooksLikeWebPage(*response)) {
    return JudgeAnswer(*response, url_);
  }
  telling.latency = wait.context.clock.Now().mono - asked;
  telling.api = "v2";
  telling.notice = ContentTypeNotice(*response);
  Result<std::vector<std::string>> topics = ParseTopics(response->body);
  return topics ? std::move(topics) : Misread("/topics", topics.error());
}

Result<std::vector<std::string>> Node::TopicsV3(const Wait& wait, Telling& telling) {
  AskClusterId(wait, telling);
  if (!telling.cluster_id || !*telling.cluster_id) {
    return telling.cluster_id ? telling.cluster_id->error()
                              : Error(Reason::kRefused, url_ + " has neither v2 nor v3");
  }
  const MonoTime asked = wait.context.clock.Now().mono;
  const std::string resource =
      "/v3/clusters/" + http::PercentEncode(**telling.cluster_id) + "/topics";
  const Result<http::HttpResponse> response = Get(resource, wait);
  if (!response) {
    return response.error();
  }
  if (response->status != http::kOk || http::LooksLikeWebPage(*response)) {
    return JudgeAnswer(*response, url_ + resource);
  }
  telling.latency = wait.context.clock.Now().mono - asked;
  telling.api = "v3";
  telling.notice = ContentTypeNotice(*response);
  Result<Page<std::string>> topics = ParseTopicsV3(response->body);
  if (!topics) {
    return Misread(resource, topics.error());
  }
  telling.more = topics->more;
  return std::move(topics->entries);
}

void Node::AskClusterId(const Wait& wait, Telling& telling) {
  if (memory_.no_v3 || telling.cluster_id) {
    return;
  }
  const Result<http::HttpResponse> response = Get("/v3/clusters", wait);
  if (!response) {
    telling.cluster_id = response.error();
    return;
  }
  if (IsAbsent(*response)) {
    memory_.no_v3 = true;
    return;
  }
  if (response->status != http::kOk || http::LooksLikeWebPage(*response)) {
    telling.cluster_id = JudgeAnswer(*response, url_ + "/v3/clusters");
    return;
  }
  Result<std::string> id = ParseClusterId(response->body);
  telling.cluster_id = id ? std::move(id) : Misread("/v3/clusters", id.error());
}

void Node::AskBrokers(const Wait& wait, Telling& telling) {
  const bool v3 = memory_.no_v2 && telling.cluster_id && *telling.cluster_id;
  if (memory_.no_brokers || (memory_.no_v2 && !v3)) {
    return;
  }
  const std::string resource =
      v3 ? "/v3/clusters/" + http::PercentEncode(**telling.cluster_id) + "/brokers" : "/brokers";
  const Result<http::HttpResponse> response = Get(resource, wait);
  if (!response) {
    telling.brokers = response.error();
    return;
  }
  if (IsAbsent(*response)) {
    memory_.no_brokers = true;
    return;
  }
  if (response->status != http::kOk || http::LooksLikeWebPage(*response)) {
    telling.brokers = JudgeAnswer(*response, url_ + resource);
    return;
  }
  Result<std::vector<int32_t>> brokers =
      v3 ? AllBrokersV3(response->body) : ParseBrokers(response->body);
  telling.brokers = brokers ? std::move(brokers) : Misread(resource, brokers.error());
}

void Node::Identify(const Wait& wait) {
  memory_.known = true;
  memory_.kind = RestProxyKind::kUnknown;
  for (const char* const resource : {"/", "/_health"}) {
    const Result<http::HttpResponse> response = Get(resource, wait);
    const Identity identity =
        response && response->status == http::kOk ? ParseIdentity(response->body) : Identity{};
    if (identity.kind != RestProxyKind::kUnknown) {
      memory_.kind = identity.kind;
      memory_.version = identity.version;
      return;
    }
  }
}

std::vector<std::string> Node::SwitchedOff() const {
  std::vector<std::string> off;
  if (memory_.no_v2) {
    off.emplace_back("/topics");
  }
  // The bridge has no /brokers, and only Confluent's has v3.
  if (memory_.no_brokers && memory_.kind != RestProxyKind::kBridge) {
    off.emplace_back(memory_.no_v2 ? "/v3/clusters/{id}/brokers" : "/brokers");
  }
  return off;
}

/// A hanging node: does anything answer there?
Error Node::Explain(const Error& timeout, const Wait& wait) const {
  const std::string resource = CheapResource(memory_.kind);
  const Result<http::HttpResponse> response = Get(resource, wait);
  if (response) {
    return {Reason::kTimeout, fmt::format("{}; its {} does answer: it waits for its Kafka",
                                          timeout.message(), resource)};
  }
  if (response.error().reason() == Reason::kCancelled) {
    return timeout;
  }
  std::string words = fmt::format("{}; nor does its {}", timeout.message(), resource);
  if (memory_.kind == RestProxyKind::kKarapace) {
    words += ": so does Karapace when its brokers are gone, and it may need to be killed";
  }
  return {Reason::kTimeout, std::move(words)};
}

}  // namespace klaxon::rest_proxy_collector
