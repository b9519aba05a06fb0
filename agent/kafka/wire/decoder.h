#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "agent/kafka/wire/encoder.h"
#include "agent/kafka/wire/types.h"

namespace klaxon::kafka::wire {

/// Reads the fields of a message out of hostile bytes. The first thing that does not fit is kept in
/// `failure()`, and from then on every field reads as its default, without further work.
///
/// A count is accepted only if that many of the smallest possible items could still follow. Because
/// an item can be a byte on the wire and many in memory, all lists together may also take no more
/// than kFreeMemory + kMemoryPerByte * the bytes given; real answers take a half of that or less.
class Decoder {
 public:
  /// `bytes` must outlive the decoder.
  Decoder(std::string_view bytes, int16_t version, bool flexible)
      : rest_(bytes),
        size_(bytes.size()),
        memory_left_(kFreeMemory + kMemoryPerByte * bytes.size()),
        version_(version),
        flexible_(flexible) {}

  int16_t version() const { return version_; }

  bool failed() const { return !failure_.empty(); }

  /// What did not fit and where, e.g. "string of 70 bytes at byte 12, 3 are left"; empty: all well.
  const std::string& failure() const { return failure_; }

  /// Bytes not read yet.
  size_t left() const { return rest_.size(); }

  template <class... Field>
  void operator()(Field&... fields) {
    (Get(fields), ...);
  }

  /// Reads over the tagged fields (KIP-482) at the end of a flexible struct; we know none.
  void Tags();

 private:
  void Get(bool& value) {
    int8_t byte = 0;
    Get(byte);
    value = byte != 0;
  }

  template <class Number>
    requires std::is_integral_v<Number>
  void Get(Number& value) {
    const std::string_view bytes = Take(sizeof(Number), "number");
    std::make_unsigned_t<Number> read = 0;
    for (const char byte : bytes) {
      read = static_cast<std::make_unsigned_t<Number>>((uint64_t{read} << 8U) |
                                                       static_cast<uint8_t>(byte));
    }
    value = static_cast<Number>(read);
  }

  void Get(ErrorCode& code) {
    int16_t number = 0;
    Get(number);
    code = static_cast<ErrorCode>(number);
  }

  void Get(Uuid& id);
  void Get(std::string& text);
  void Get(std::optional<std::string>& text);
  void Get(SkippedString&);
  void Get(Bytes& bytes);

  template <class T>
  void Get(std::vector<T>& items) {
    std::optional<std::vector<T>> read;
    Get(read);
    if (read) {
      items = std::move(*read);
    } else if (!failed()) {
      items.clear();  // some brokers write null for an empty list
    }
  }

  template <class T>
  void Get(std::optional<std::vector<T>>& items) {
    const int64_t count = Length<int32_t>();
    if (count < 0) {
      items.reset();
      return;
    }
    if (!Fits(count, SmallestSize<T>()) || !IsAffordable(count, sizeof(T))) {
      return;
    }
    items.emplace();
    items->reserve(static_cast<size_t>(count));
    for (int64_t i = 0; i < count && !failed(); ++i) {
      Get(items->emplace_back());
    }
  }

  template <class Struct>
    requires std::is_class_v<Struct>
  void Get(Struct& fields) {
    Struct::Fields(fields, *this);
  }

  /// Bytes of the smallest T in this version: an item whose strings and lists are all empty.
  template <class T>
  size_t SmallestSize() const {
    if constexpr (std::is_integral_v<T>) {
      return sizeof(T);
    } else {
      std::string encoded;
      Encoder encoder(encoded, version_, flexible_);
      encoder(T{});
      return encoded.size();
    }
  }

  /// The next `count` bytes, or none and a failure that names `what`.
  std::string_view Take(size_t count, std::string_view what);

  /// A length prefix; -1: null.
  template <class Fixed>
  int64_t Length() {
    if (flexible_) {
      return int64_t{GetUnsignedVarint()} - 1;
    }
    Fixed length = 0;
    Get(length);
    return length;
  }

  bool Fits(int64_t count, size_t smallest_item);
  bool IsAffordable(int64_t count, size_t item_memory);
  uint32_t GetUnsignedVarint();
  std::string_view GetText();
  void Fail(std::string failure);

  static constexpr size_t kFreeMemory = size_t{32} << 20U;
  static constexpr size_t kMemoryPerByte = 8;

  std::string_view rest_;
  size_t size_;
  size_t memory_left_;
  int16_t version_;
  bool flexible_;
  std::string failure_;
};

}  // namespace klaxon::kafka::wire
