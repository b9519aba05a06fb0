#include "agent/http/gzip.h"

#include <array>
#include <limits>

#include <zlib.h>

namespace klaxon::http {
namespace {

constexpr int kGzipWindow = 15 + 16;  // zlib.h: "add 16 to windowBits" for the gzip format
/// cpp-httplib copies a piece twice for its chunk, and 256 clients may each hold one.
constexpr size_t kPiece = size_t{16} * 1024;

/// zlib takes what it only reads through a pointer to non-const unless ZLIB_CONST is defined.
Bytef* Input(std::string_view bytes) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
}

Bytef* Output(std::string& bytes) {
  return reinterpret_cast<Bytef*>(bytes.data());
}

class Inflater {
 public:
  explicit Inflater(std::shared_ptr<const std::string> file)
      : file_(std::move(file)),
        valid_(file_->size() <= std::numeric_limits<uInt>::max() &&
               inflateInit2(&stream_, kGzipWindow) == Z_OK) {
    stream_.next_in = Input(*file_);
    stream_.avail_in = static_cast<uInt>(valid_ ? file_->size() : 0);
  }

  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  ~Inflater() {
    if (stream_.state != nullptr) inflateEnd(&stream_);
  }

  bool Next(std::string& out) {
    if (!valid_) return false;
    std::string piece(kPiece, '\0');
    stream_.next_out = Output(piece);
    stream_.avail_out = static_cast<uInt>(piece.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    out.append(piece, 0, piece.size() - stream_.avail_out);
    if (status == Z_STREAM_END) {  // of a member; another may follow
      valid_ = stream_.avail_in > 0 && inflateReset(&stream_) == Z_OK;
    } else {
      valid_ = status == Z_OK;
    }
    return true;
  }

 private:
  std::shared_ptr<const std::string> file_;
  z_stream stream_{};
  bool valid_ = false;
};

}  // namespace

Result<std::string> Gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int kMemoryLevel = 8;  // zlib's default
  if (bytes.size() > std::numeric_limits<uInt>::max() ||
      deflateInit2(&stream, 1, Z_DEFLATED, kGzipWindow, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Error(Reason::kInternal, "compressing an answer: zlib cannot begin");
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = Input(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = Output(out);
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) {
    return Error(Reason::kInternal, "compressing an answer: zlib did not end");
  }
  out.shrink_to_fit();
  return out;
}

BodySource InflateGzip(std::shared_ptr<const std::string> file) {
  // std::function needs something that can be copied.
  return [inflater = std::make_shared<Inflater>(std::move(file))](std::string& out) {
    return inflater->Next(out);
  };
}

}  // namespace klaxon::http
