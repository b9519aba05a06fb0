// Whatever bytes a record holds, reading, judging and explaining them ends, within their bounds.
#include <cstdlib>
#include <string_view>
#include <vector>

#include "agent/model/wire_verdict.h"

using klaxon::RecordPart;
using klaxon::SchemaStanding;
using klaxon::WireHeader;
using klaxon::WirePrefix;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);  // NOLINT
  const size_t cut = input.empty() ? 0 : static_cast<unsigned char>(input[0]) % (size + 1);
  const std::string_view header = input.substr(0, cut);
  const std::string_view bytes = input.substr(cut);
  std::vector<WireHeader> headers;
  if (size % 3 == 0) {
    headers.push_back({.name = "__value_schema_id", .value = header});
  } else if (size % 3 == 1) {
    headers.push_back({.name = header, .value = bytes});
  }
  const WirePrefix prefix = ReadPrefix(RecordPart::kValue, bytes, headers);
  const klaxon::SchemaKnowledge known{
      .by_id = [](int32_t id) -> SchemaStanding {
        return {.state = static_cast<SchemaStanding::State>(static_cast<uint32_t>(id) % 4),
                .type = id % 2 == 0 ? "PROTOBUF" : ""};
      },
      .by_guid = {},
      .max_id = 1000};
  const klaxon::WireVerdict verdict = Judge(prefix, known);
  const bool sane = prefix.size == bytes.size() && prefix.head.size() <= klaxon::kWireHead &&
                    !Explain("t-value", prefix, verdict).empty();
  if (!sane) {
    std::abort();
  }
  if (const auto indexes = klaxon::MessageIndexesAt(bytes); indexes && *indexes > bytes.size()) {
    std::abort();
  }
  return 0;
}
