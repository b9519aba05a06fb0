#include "exporters/api/orders.h"

#include <utility>

#include <fmt/format.h>

#include "exporters/api/json.h"

namespace klaxon::api {
namespace {

constexpr size_t kLongestName = 1000;
constexpr size_t kLongestWhy = 500;

/// The field of an order that a key of the document sets; null: there is no such key.
std::string* FieldOf(RecoveryOrder& order, std::string_view key) {
  return key == "cluster"     ? &order.cluster
         : key == "connect"   ? &order.connect
         : key == "connector" ? &order.connector
         : key == "why"       ? &order.why
                              : nullptr;
}

Result<RecoveryOrder> ReadOrder(const std::string& body) {
  const auto wrong = [](std::string words) { return Error(Reason::kInvalid, std::move(words)); };
  const Json document = Json::parse(body, nullptr, false);
  if (!document.is_object()) {
    return wrong(R"(the body must be a JSON object such as {"connector": "orders", "why": "..."})");
  }
  RecoveryOrder order;
  for (const auto& [key, value] : document.items()) {
    std::string* const field = FieldOf(order, key);
    if (field == nullptr) {
      return wrong(fmt::format("unknown key \"{}\"; there is: cluster, connect, connector, why",
                               Printable(key)));
    }
    if (!value.is_string()) {
      return wrong(fmt::format("\"{}\" must be a text", key));
    }
    *field = value.get<std::string>();
    const size_t most = field == &order.why ? kLongestWhy : kLongestName;
    if (field->size() > most) {
      return wrong(fmt::format("\"{}\" is longer than {} bytes", key, most));
    }
  }
  if (document.contains("connector") && order.connector.empty()) {
    return wrong(
        "\"connector\" is empty: name one, or leave it out to mean all of the Connect cluster");
  }
  if (Trim(order.why).empty()) {
    return wrong("say why: {\"why\": \"...\"}; it is written down with your name");
  }
  return order;
}

int StatusOf(Reason reason) {
  switch (reason) {
    case Reason::kInvalid:
      return 400;
    case Reason::kRefused:
      return 409;
    case Reason::kCancelled:
      return 503;
    case Reason::kTimeout:  // in the hands of the cluster's own thread, or Connect's
      return 202;
    case Reason::kUnreachable:
    case Reason::kUnauthorized:
    case Reason::kUnsupported:
    case Reason::kBadAnswer:
    case Reason::kInternal:
      return 500;
  }
  return 500;
}

}  // namespace

std::string OrderBody(const RecoveryOrder& order) {
  Json document = {{"why", Text(order.why)}};
  for (const auto& [key, text] :
       {std::pair{"cluster", &order.cluster}, std::pair{"connect", &order.connect},
        std::pair{"connector", &order.connector}}) {
    if (!text->empty()) {
      document[key] = Text(*text);
    }
  }
  return Dump(document);
}

http::Response TakeOrder(const http::Request& request, RecoveryVerb verb, const CarryOrder& carry) {
  Result<RecoveryOrder> order = ReadOrder(request.body);
  Result<std::string> done = std::string();
  if (order) {
    order->verb = verb;
    order->who = request.user;
    order->address = request.remote_address;
    done = carry(*order);
  } else {
    done = order.error();
  }
  return http::TextResponse(done ? 200 : StatusOf(done.error().reason()),
                            (done ? *done : done.error().message()) + "\n");
}

}  // namespace klaxon::api
