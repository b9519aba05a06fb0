#include "agent/http/gunzip.h"

#include <algorithm>
#include <array>
#include <limits>

#include <zlib.h>

namespace klaxon::http {
namespace {

constexpr int kGunzipWindow = 15 + 16;  // zlib.h: "add 16 to windowBits" for the gzip format
constexpr size_t kUnpacked = size_t{16} * 1024;

}  // namespace

class Gunzip::Impl {
 public:
  Impl() : valid_(inflateInit2(&stream_, kGunzipWindow) == Z_OK) {}

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  ~Impl() {
    if (valid_) inflateEnd(&stream_);
  }

  Step Take(std::string_view bytes, const Out& out) {
    while (!bytes.empty()) {
      const size_t part = std::min<size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      // zlib only reads through this pointer.
      stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
      stream_.avail_in = static_cast<uInt>(part);
      if (const Step step = Inflate(out); step != Step::kMore) return step;
      bytes.remove_prefix(part);
    }
    return Step::kMore;
  }

  bool complete() const { return between_members_; }

 private:
  /// Until there is neither input nor output left.
  Step Inflate(const Out& out) {
    std::array<char, kUnpacked> piece;
    bool filled = true;
    while (stream_.avail_in > 0 || (filled && !between_members_)) {
      if (between_members_ && !Begin()) return Step::kDamaged;
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(piece.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      const bool stalled = status == Z_BUF_ERROR && stream_.avail_in == 0;
      if (status != Z_OK && status != Z_STREAM_END && !stalled) return Step::kDamaged;
      between_members_ = status == Z_STREAM_END;
      const size_t made = piece.size() - stream_.avail_out;
      filled = stream_.avail_out == 0;
      if (made > 0 && !out({piece.data(), made})) return Step::kRefused;
    }
    return Step::kMore;
  }

  bool Begin() {
    between_members_ = false;
    return valid_ && inflateReset(&stream_) == Z_OK;
  }

  z_stream stream_{};
  bool valid_;
  bool between_members_ = true;
};

Gunzip::Gunzip() : impl_(std::make_unique<Impl>()) {
}

Gunzip::~Gunzip() = default;

Gunzip::Step Gunzip::Take(std::string_view bytes, const Out& out) {
  return impl_->Take(bytes, out);
}

bool Gunzip::complete() const {
  return impl_->complete();
}

}  // namespace klaxon::http
