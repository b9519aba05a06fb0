#include "agent/kafka/wire/message.h"

#include <optional>

#include "agent/kafka/wire/decoder.h"

namespace klaxon::kafka::wire {

Result<int32_t> TakeCorrelationId(std::string_view& bytes) {
  Decoder decoder(bytes, 0, false);
  int32_t correlation_id = 0;
  decoder(correlation_id);
  if (decoder.failed()) {
    return Error(Reason::kBadAnswer, "an answer shorter than its header");
  }
  bytes.remove_prefix(sizeof(correlation_id));
  return correlation_id;
}

Result<RequestHeader> TakeRequestHeader(std::string_view& bytes) {
  Decoder decoder(bytes, 0, false);
  int16_t key = 0;
  RequestHeader header;
  std::optional<std::string> client_id;
  decoder(key, header.api_version, header.correlation_id, client_id);
  if (decoder.failed()) {
    return Error(Reason::kBadAnswer, "request header: " + decoder.failure());
  }
  header.api_key = static_cast<ApiKey>(key);
  header.client_id = client_id.value_or("");
  bytes.remove_prefix(bytes.size() - decoder.left());
  return header;
}

}  // namespace klaxon::kafka::wire
