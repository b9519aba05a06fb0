#pragma once

#include <cstdint>
#include <string_view>

namespace klaxon {

/// FNV-1a with 64 bits (http://www.isthe.com/chongo/tech/comp/fnv): the same in every process and
/// on every machine, unlike std::hash. It protects against nobody who chooses the text. A value.
class Fnv1a {
 public:
  Fnv1a& Add(std::string_view text) {
    for (const char c : text) {
      AddByte(static_cast<unsigned char>(c));
    }
    return *this;
  }

  Fnv1a& AddByte(unsigned char byte) {
    value_ = (value_ ^ byte) * 1'099'511'628'211U;
    return *this;
  }

  uint64_t value() const { return value_; }

 private:
  uint64_t value_ = 14'695'981'039'346'656'037U;
};

}  // namespace klaxon
