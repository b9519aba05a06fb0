#include "agent/http/chunk_guard.h"

#include <algorithm>
#include <cstdlib>

#include "agent/http/field.h"

namespace klaxon::http {
namespace {

constexpr size_t kMostDigits = 16;  // of 64 bits; cpp-httplib compares with the limit of a body
constexpr size_t kMostOverhead = size_t{16} * 1024;  // nobody needs extensions or trailers

}  // namespace

bool ChunkGuard::Take(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::kOver) {
    if (state_ == State::kData) {
      const auto part = static_cast<size_t>(std::min<uint64_t>(left_, bytes.size()));
      bytes.remove_prefix(part);
      left_ -= part;
      if (left_ == 0) state_ = State::kDataReturn;
      continue;
    }
    if (!TakeOne(bytes.front())) return false;
    bytes.remove_prefix(1);
  }
  return true;
}

bool ChunkGuard::TakeOne(char c) {
  switch (state_) {
    case State::kSize:
      return TakeSize(c);
    case State::kExtension:
      return TakeText(c, State::kSizeEnd);
    case State::kSizeEnd:
      state_ = left_ > 0 ? State::kData : State::kTrailer;
      digits_ = 0;
      line_ = 0;
      return c == '\n';
    case State::kDataReturn:
      state_ = State::kDataFeed;
      return c == '\r';
    case State::kDataFeed:
      state_ = State::kSize;
      return c == '\n';
    case State::kTrailer:
      return TakeText(c, State::kTrailerFeed);
    case State::kTrailerFeed:
      state_ = line_ == 0 ? State::kOver : State::kTrailer;
      line_ = 0;
      return c == '\n';
    case State::kData:
    case State::kOver:
      return true;
  }
  std::abort();
}

bool ChunkGuard::TakeSize(char c) {
  if (const int digit = HexDigit(c); digit >= 0) {
    left_ = digits_ == 0 ? 0 : left_;
    left_ = left_ * 16 + static_cast<uint64_t>(digit);
    return ++digits_ <= kMostDigits;
  }
  if (digits_ == 0) return false;
  state_ = c == ';' ? State::kExtension : State::kSizeEnd;
  return c == ';' || c == '\r';
}

bool ChunkGuard::TakeText(char c, State end) {
  if (c == '\r') {
    state_ = end;
    return true;
  }
  ++line_;
  return IsFieldValue({&c, 1}) && ++overhead_ <= kMostOverhead;
}

}  // namespace klaxon::http
