#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/kafka/wire/client.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::testing {

using namespace std::chrono_literals;

/// A text with its times ("1.2 s") as "# s": on a busy machine they are longer.
inline std::string WithoutTimes(const std::string& text) {
  std::string plain;
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t end = text.find_first_not_of("0123456789.", i);
    const bool time = end != i && end != std::string::npos && text.compare(end, 2, " s") == 0 &&
                      i > 0 && text[i - 1] == ' ';
    plain += time ? '#' : text[i];
    i = time ? end - 1 : i;
  }
  return plain;
}

/// A client on the machine's clock, and the words that most tests say to it.
class ClientFixture {
 public:
  explicit ClientFixture(kafka::wire::ClientOptions options) : client(std::move(options), clock) {}

  static kafka::wire::ClientOptions At(std::vector<HostPort> bootstrap) {
    return {.cluster = "test", .bootstrap = std::move(bootstrap), .connect_timeout = 1s};
  }

  MonoTime In(Duration time) { return clock.Now().mono + time; }

  void Exchange(std::vector<kafka::Call*> calls, Duration limit = 5s) {
    client.Exchange(calls, In(limit), {});
  }

  /// One Metadata request to any broker: ok, or its error.
  Result<void> Ask(Duration limit = 5s) {
    kafka::CallOf<kafka::wire::MetadataRequest> call(kafka::kAnyBroker, {});
    Exchange({&call}, limit);
    return call.response() ? Result<void>() : call.response().error();
  }

  /// One ListGroups request to a broker: ok, or its error.
  Result<void> AskBroker(int32_t broker, Duration limit = 5s) {
    kafka::CallOf<kafka::wire::ListGroupsRequest> call(broker, {});
    Exchange({&call}, limit);
    return call.response() ? Result<void>() : call.response().error();
  }

  /// Asks again and again until it works; false: not within `limit`.
  template <class Question>
  bool Until(Question question, Duration limit = 10s) {
    const MonoTime end = In(limit);
    while (clock.Now().mono < end) {
      if (question()) return true;
      clock.SleepUntil(In(10ms), {});
    }
    return false;
  }

  SystemClock clock;
  kafka::wire::Client client;
};

}  // namespace klaxon::testing
