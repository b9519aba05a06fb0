#include "agent/simulator/faults.h"

#include <cstdlib>

#include "agent/kafka/wire/encoder.h"
#include "agent/kafka/wire/message.h"
#include "agent/simulator/dispatch.h"

namespace klaxon::simulator {
namespace {

constexpr size_t kHeaderSize = kafka::wire::kFrameLengthSize + sizeof(int32_t);
constexpr int32_t kNobodysCorrelation = 0x7EADBEEF;

void PutNumber(std::string& bytes, size_t at, int32_t number) {
  std::string encoded;
  kafka::wire::Encoder encoder(encoded, 0, false);
  encoder(number);
  bytes.replace(at, encoded.size(), encoded);
}

void PutLength(std::string& frame) {
  PutNumber(frame, 0, static_cast<int32_t>(frame.size() - kafka::wire::kFrameLengthSize));
}

/// Both forms of "2^31-1 items", plain and flexible, over and over: whichever field is read first
/// runs into one.
std::string HugeCounts() {
  std::string body;
  for (int i = 0; i < 8; ++i) {
    body += std::string("\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x07", 9);
  }
  return body;
}

}  // namespace

std::string SpoilBytes(const Faults& faults, std::string frame) {
  const size_t cut = std::min(frame.size(), kHeaderSize + faults.garble_at);
  switch (faults.garble) {
    case Garble::kNone:
      return frame;
    case Garble::kTruncate:
      frame.resize(cut);
      PutLength(frame);
      return frame;
    case Garble::kStopMidway:
      frame.resize(cut);
      return frame;
    case Garble::kWrongCorrelation:
      PutNumber(frame, kafka::wire::kFrameLengthSize, kNobodysCorrelation);
      return frame;
    case Garble::kOversizedFrame:
      PutNumber(frame, 0, INT32_MAX);
      return frame;
    case Garble::kNegativeFrame:
      PutNumber(frame, 0, -1);
      return frame;
    case Garble::kHugeCount:
      frame.resize(kHeaderSize);
      frame += HugeCounts();
      PutLength(frame);
      return frame;
    case Garble::kTrailingBytes:
      frame += "more";
      PutLength(frame);
      return frame;
  }
  std::abort();
}

}  // namespace klaxon::simulator
