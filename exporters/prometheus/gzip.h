#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

/// A gzip file put together from parts that were compressed one by one, as pigz does: raw deflate,
/// each part ended by a full flush (byte-aligned, no reference over it), the checksums combined.
namespace klaxon::prometheus_page {

/// One part: raw deflate blocks, none of them the last.
struct DeflatedPart {
  std::string bytes{};
  uint32_t crc = 0;         ///< CRC-32 of the plain text
  uint64_t plain_size = 0;  ///< bytes
};

/// Compresses parts, one after the other. Not thread-safe.
class Deflater {
 public:
  Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  ~Deflater();

  void Write(std::string_view plain);

  /// What was written since the last Take, as a part.
  DeflatedPart Take();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// A whole gzip file (RFC 1952) of these parts in order; of none: of an empty text.
std::string JoinGzip(std::span<const DeflatedPart* const> parts);

}  // namespace klaxon::prometheus_page
