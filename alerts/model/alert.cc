#include "alerts/model/alert.h"

#include <fmt/format.h>

#include "agent/base/fnv1a.h"

namespace klaxon::alerts {
uint64_t Fingerprint(const series::Labels& labels) {
  constexpr unsigned char kSeparator = 0xff;
  Fnv1a sum;
  for (const series::Label label : labels) {
    sum.Add(label.name).AddByte(kSeparator).Add(label.value).AddByte(kSeparator);
  }
  return sum.value();
}

std::string FingerprintText(const series::Labels& labels) {
  return fmt::format("{:016x}", Fingerprint(labels));
}

}  // namespace klaxon::alerts
