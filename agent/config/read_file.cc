#include "agent/config/read_file.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>

namespace klaxon::config {
namespace {

Error CannotRead(int number) {
  return {Reason::kInvalid,
          fmt::format("cannot be read: {}", std::generic_category().message(number))};
}

}  // namespace

Result<std::string> ReadFile(const std::string& file, size_t most) {
  const auto close = [](std::FILE* stream) { (void)std::fclose(stream); };
  const std::unique_ptr<std::FILE, decltype(close)> stream(std::fopen(file.c_str(), "rbe"), close);
  if (!stream) {
    return CannotRead(errno);
  }
  std::string bytes;
  constexpr size_t kPiece = 16'384;
  while (bytes.size() <= most) {
    const size_t before = bytes.size();
    bytes.resize(before + kPiece);
    const size_t got = std::fread(bytes.data() + before, 1, kPiece, stream.get());
    bytes.resize(before + got);
    if (std::ferror(stream.get()) != 0) {
      return CannotRead(errno);  // a folder opens, then fails here with EISDIR
    }
    if (got < kPiece) {
      break;
    }
  }
  if (bytes.size() > most) {
    return Error(Reason::kInvalid, fmt::format("is longer than {} bytes", most));
  }
  return bytes;
}

}  // namespace klaxon::config
