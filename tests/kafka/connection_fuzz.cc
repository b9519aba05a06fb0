// Hostile bytes on a connection: ApiVersions and then four pipelined calls are answered by whatever
// the input holds, in pieces whose sizes the input chooses too. Every second input is first wrapped
// into frames that fit, so that the fuzzer gets past the handshake.
#include <poll.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/kafka/wire/connection.h"
#include "agent/kafka/wire/encoder.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/metadata.h"

namespace klaxon::kafka::wire {
namespace {

/// Reads from memory, `piece` bytes at a time; takes every write.
class Memory final : public Transport {
 public:
  Memory(std::string_view bytes, size_t piece) : bytes_(bytes), piece_(piece) {}

  int fd() const override { return -1; }

  short Events(bool) const override { return POLLIN; }

  Result<size_t> Read(std::span<char> into) override {
    if (bytes_.empty()) {
      return Error(Reason::kUnreachable, "closed the connection");
    }
    const size_t count = std::min({piece_, into.size(), bytes_.size()});
    std::memcpy(into.data(), bytes_.data(), count);
    bytes_.remove_prefix(count);
    return count;
  }

  Result<size_t> Write(std::string_view bytes) override { return bytes.size(); }

 private:
  std::string_view bytes_;
  size_t piece_;
};

std::string HonestVersions() {
  ApiVersionsResponse response;
  response.apis.push_back({.key = 3, .min_version = 0, .max_version = 12});
  response.apis.push_back({.key = 16, .min_version = 0, .max_version = 5});
  return EncodeResponse<ApiVersionsRequest>(response, 3, 1);
}

std::string Framed(std::string_view body, int32_t correlation_id) {
  std::string frame;
  Encoder header(frame, 0, false);
  header(static_cast<int32_t>(body.size() + 4), correlation_id);
  return frame.append(body);
}

void One(std::string_view bytes) {
  if (bytes.size() < 2) {
    return;
  }
  const size_t piece = static_cast<uint8_t>(bytes[0]) + size_t{1};
  const bool honest = (static_cast<uint8_t>(bytes[1]) & 1U) != 0;
  bytes.remove_prefix(2);
  const size_t half = bytes.size() / 2;
  const std::string stream =
      honest ? HonestVersions() + Framed(bytes.substr(0, half), 2) + Framed(bytes.substr(half), 3)
             : std::string(bytes);

  const Instant now{};
  const ClientOptions options{.answer_limit = size_t{1} << 16U};
  const Identity identity{.title = "a broker"};
  Meter meter;
  Connection connection(std::make_unique<Memory>(stream, piece), options, identity, meter);
  if (!connection.Start(now)) {
    return;
  }
  CallOf<MetadataRequest> first(1, {});
  CallOf<ListGroupsRequest> second(1, {});
  Call* const calls[] = {&first, &second};
  const auto batch = std::make_shared<Batch>(calls, MonoTime::max(), now.mono);
  bool sent = false;
  for (int turn = 0; turn < 1000; ++turn) {
    if (!connection.Receive(now)) {
      break;
    }
    if (connection.ready() && !sent) {
      sent = true;
      for (Call* call : calls) {
        const auto version = connection.versions()->Common(call->api(), call->versions());
        if (version && connection.HasRoom()) {
          auto ticket = std::make_shared<Ticket>(*call, batch, meter, now.mono);
          (void)connection.Send(std::move(ticket), *version, now);
        }
      }
    }
  }
}

}  // namespace
}  // namespace klaxon::kafka::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  klaxon::kafka::wire::One({reinterpret_cast<const char*>(data), size});
  return 0;
}
