#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/text.h"
#include "agent/kafka/wire/message.h"

namespace klaxon::simulator {

/// One connection, one request at a time, every wait bounded: enough to ask a broker anything.
class BlockingClient {
 public:
  explicit BlockingClient(const HostPort& address);
  BlockingClient(const BlockingClient&) = delete;
  BlockingClient& operator=(const BlockingClient&) = delete;
  ~BlockingClient();

  bool connected() const { return descriptor_ >= 0; }

  void Send(std::string_view bytes) const;

  /// One frame without its length. Errors: kTimeout, kUnreachable (closed), kBadAnswer (length).
  Result<std::string> Receive(Duration patience = std::chrono::seconds{10}) const;

  template <kafka::wire::RequestMessage Request>
  Result<typename Request::Response> Ask(const Request& request,
                                         int16_t version = Request::kVersions.max,
                                         Duration patience = std::chrono::seconds{10}) const {
    Send(kafka::wire::EncodeRequest(request, version, kCorrelation, "test"));
    const Result<std::string> frame = Receive(patience);
    if (!frame) {
      return frame.error();
    }
    std::string_view body = *frame;
    const Result<int32_t> correlation = kafka::wire::TakeCorrelationId(body);
    if (!correlation || *correlation != kCorrelation) {
      return Error(Reason::kBadAnswer, "another correlation id");
    }
    return kafka::wire::DecodeResponse<Request>(body, version);
  }

 private:
  static constexpr int32_t kCorrelation = 7;

  Result<std::string> Take(size_t count, MonoTime deadline) const;

  int descriptor_ = -1;
};

}  // namespace klaxon::simulator
