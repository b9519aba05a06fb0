#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "agent/kafka/wire/types.h"

namespace klaxon::kafka::wire {

/// Writes the fields of a message to the end of a string. A message names its fields once:
///
///   struct Partition {
///     int32_t index = 0;
///     static void Fields(auto& self, auto& io) { io(self.index); io.Tags(); }
///   };
///
/// and Encoder and Decoder both follow that. Which fields a version has is asked of `io.version()`.
class Encoder {
 public:
  Encoder(std::string& out, int16_t version, bool flexible)
      : out_(out), version_(version), flexible_(flexible) {}

  int16_t version() const { return version_; }

  template <class... Field>
  void operator()(const Field&... fields) {
    (Put(fields), ...);
  }

  /// The tagged fields at the end of every flexible struct (KIP-482); we write none.
  void Tags() {
    if (flexible_) {
      PutUnsignedVarint(0);
    }
  }

 private:
  void Put(bool value) { Put(static_cast<int8_t>(value ? 1 : 0)); }

  template <class Number>
    requires std::is_integral_v<Number>
  void Put(Number value) {
    using Unsigned = std::make_unsigned_t<Number>;
    for (size_t i = sizeof(Number); i-- > 0;) {  // big endian
      out_.push_back(
          static_cast<char>(static_cast<uint8_t>(static_cast<Unsigned>(value) >> (8 * i))));
    }
  }

  void Put(ErrorCode code) { Put(static_cast<int16_t>(code)); }

  void Put(const Uuid& id) { out_.append(id.begin(), id.end()); }

  void Put(const std::string& text) {
    PutLength<int16_t>(text.size());
    out_ += text;
  }

  void Put(const std::optional<std::string>& text) {
    if (text) {
      Put(*text);
    } else {
      PutNull<int16_t>();
    }
  }

  void Put(const SkippedString&) { PutLength<int16_t>(0); }

  void Put(const Bytes& bytes) {
    PutLength<int32_t>(bytes.data.size());
    out_ += bytes.data;
  }

  template <class T>
  void Put(const std::vector<T>& items) {
    PutLength<int32_t>(items.size());
    for (const T& item : items) {
      Put(item);
    }
  }

  template <class T>
  void Put(const std::optional<std::vector<T>>& items) {
    if (items) {
      Put(*items);
    } else {
      PutNull<int32_t>();
    }
  }

  template <class Struct>
    requires std::is_class_v<Struct>
  void Put(const Struct& fields) {
    Struct::Fields(fields, *this);
  }

  template <class Length>
  void PutLength(size_t length) {
    if (flexible_) {
      PutUnsignedVarint(static_cast<uint32_t>(length) + 1);
    } else {
      Put(static_cast<Length>(length));
    }
  }

  template <class Length>
  void PutNull() {
    if (flexible_) {
      PutUnsignedVarint(0);
    } else {
      Put(static_cast<Length>(-1));
    }
  }

  void PutUnsignedVarint(uint32_t value) {
    for (; value >= 0x80; value >>= 7U) {
      out_.push_back(static_cast<char>((value & 0x7FU) | 0x80U));
    }
    out_.push_back(static_cast<char>(value));
  }

  std::string& out_;
  int16_t version_;
  bool flexible_;
};

}  // namespace klaxon::kafka::wire
