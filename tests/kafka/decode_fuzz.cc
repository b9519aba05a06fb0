// Hostile bytes as the body of any message in any version. The first byte chooses the message, the
// second the version and the direction, the rest is the body.
// What is accepted must survive its own encoding: decode, encode, decode gives the same bytes
// again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/kafka/every_message.h"

namespace klaxon::kafka::wire {
namespace {

template <class Request>
void Response(std::string_view body, int16_t version) {
  const auto response = DecodeResponse<Request>(body, version);
  if (!response) {
    return;
  }
  const std::string frame = EncodeResponse<Request>(*response, version, 1);
  const std::string_view encoded = std::string_view(frame).substr(kFrameLengthSize + 4);
  const auto again = DecodeResponse<Request>(encoded, version);
  if (!again || EncodeResponse<Request>(*again, version, 1) != frame) {
    std::abort();
  }
}

template <class Request>
void Ask(std::string_view body, int16_t version) {
  const auto request = DecodeRequest<Request>(body, version);
  if (!request) {
    return;
  }
  const std::string frame = EncodeRequest(*request, version, 1, "");
  std::string_view encoded = std::string_view(frame).substr(kFrameLengthSize);
  const auto header = TakeRequestHeader(encoded);
  const auto again = header ? DecodeRequest<Request>(encoded, version) : header.error();
  if (!again || EncodeRequest(*again, version, 1, "") != frame) {
    std::abort();
  }
}

void One(std::string_view bytes) {
  if (bytes.size() < 2) {
    return;
  }
  const auto message = static_cast<uint8_t>(bytes[0]) % EveryRequest::kCount;
  const auto choice = static_cast<uint8_t>(bytes[1]);
  // A copy of the exact size, so that a read behind its end is seen.
  const std::string body(bytes.substr(2));
  size_t index = 0;
  EveryRequest::ForEach([&]<class Request>() {
    if (index++ != message) {
      return;
    }
    const int versions = Request::kVersions.max - Request::kVersions.min + 1;
    const auto version = static_cast<int16_t>(Request::kVersions.min + choice / 2 % versions);
    choice % 2 == 0 ? Response<Request>(body, version) : Ask<Request>(body, version);
  });
}

}  // namespace
}  // namespace klaxon::kafka::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  klaxon::kafka::wire::One({reinterpret_cast<const char*>(data), size});
  return 0;
}
