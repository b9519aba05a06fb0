#include "exporters/prometheus/gzip.h"

#include <array>
#include <cstdlib>
#include <utility>

#include <zlib.h>

namespace klaxon::prometheus_page {
namespace {

// RFC 1952: magic, deflate, no flags, no time, "fastest", "unknown system".
constexpr std::string_view kHead{"\x1F\x8B\x08\x00\x00\x00\x00\x00\x04\xFF", 10};
// RFC 1951: a last block of fixed codes with nothing but its end in it.
constexpr std::string_view kLastBlock{"\x03\x00", 2};

void AppendLittleEndian(uint32_t number, std::string& out) {
  for (unsigned shift = 0; shift < 32; shift += 8) {
    out += static_cast<char>((number >> shift) & 0xFFU);
  }
}

}  // namespace

class Deflater::Impl {
 public:
  Impl() {
    constexpr int kLevel = 1;        // three times as fast as the default, 10 % larger on this text
    constexpr int kRawWindow = -15;  // negative: raw deflate, no zlib frame
    constexpr int kMemory = 8;
    if (deflateInit2(&stream_, kLevel, Z_DEFLATED, kRawWindow, kMemory, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
      std::abort();  // no memory, or another zlib than the one we were built with
    }
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ~Impl() { deflateEnd(&stream_); }

  void Write(std::string_view plain) {
    part_.crc = static_cast<uint32_t>(
        crc32_z(part_.crc, reinterpret_cast<const Bytef*>(plain.data()), plain.size()));
    part_.plain_size += plain.size();
    Feed(plain, Z_NO_FLUSH);
  }

  DeflatedPart Take() {
    Feed({}, Z_FULL_FLUSH);
    deflateReset(&stream_);
    return std::exchange(part_, {});
  }

 private:
  void Feed(std::string_view plain, int flush) {
    // zlib's interface wants it writable and writes nothing.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
    stream_.avail_in = static_cast<uInt>(plain.size());  // chunks are far below 4 GiB
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(out_.data());
      stream_.avail_out = static_cast<uInt>(out_.size());
      deflate(&stream_, flush);
      part_.bytes.append(out_.data(), out_.size() - stream_.avail_out);
    } while (stream_.avail_out == 0);
  }

  z_stream stream_{};
  std::array<char, 65536> out_{};
  DeflatedPart part_{};
};

Deflater::Deflater() : impl_(std::make_unique<Impl>()) {
}

Deflater::~Deflater() = default;

void Deflater::Write(std::string_view plain) {
  impl_->Write(plain);
}

DeflatedPart Deflater::Take() {
  return impl_->Take();
}

std::string JoinGzip(std::span<const DeflatedPart* const> parts) {
  size_t bytes = kHead.size() + kLastBlock.size() + 8;
  for (const DeflatedPart* part : parts) {
    bytes += part->bytes.size();
  }
  std::string file;
  file.reserve(bytes);
  file += kHead;
  uLong crc = 0;
  uint64_t plain_size = 0;
  for (const DeflatedPart* part : parts) {
    file += part->bytes;
    crc = crc32_combine(crc, part->crc, static_cast<z_off_t>(part->plain_size));
    plain_size += part->plain_size;
  }
  file += kLastBlock;
  AppendLittleEndian(static_cast<uint32_t>(crc), file);
  AppendLittleEndian(static_cast<uint32_t>(plain_size), file);  // modulo 2^32, says RFC 1952
  return file;
}

}  // namespace klaxon::prometheus_page
