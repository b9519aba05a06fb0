#include "alerts/model/alert.h"

#include <string_view>

#include <fmt/format.h>

namespace klaxon::alerts {
namespace {

class Fnv1a {
 public:
  void Add(std::string_view text) {
    for (const char c : text) {
      Add(static_cast<unsigned char>(c));
    }
    Add(kSeparator);
  }

  uint64_t value() const { return value_; }

 private:
  static constexpr unsigned char kSeparator = 0xff;

  void Add(unsigned char byte) {
    value_ ^= byte;
    value_ *= 1'099'511'628'211U;
  }

  uint64_t value_ = 14'695'981'039'346'656'037U;
};

}  // namespace

uint64_t Fingerprint(const series::Labels& labels) {
  Fnv1a sum;
  for (const series::Label label : labels) {
    sum.Add(label.name);
    sum.Add(label.value);
  }
  return sum.value();
}

std::string FingerprintText(const series::Labels& labels) {
  return fmt::format("{:016x}", Fingerprint(labels));
}

}  // namespace klaxon::alerts
