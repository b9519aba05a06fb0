#include "agent/simulator/connection.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>

namespace klaxon::simulator {
namespace {

constexpr size_t kChunk = size_t{64} * 1024;
constexpr int32_t kLargestRequest = 64 * 1024 * 1024;

}  // namespace

bool Connection::Fill() {
  std::array<char, kChunk> chunk{};
  for (;;) {
    const ssize_t got = ::recv(socket_.get(), chunk.data(), chunk.size(), 0);
    if (got > 0) {
      in_.append(chunk.data(), static_cast<size_t>(got));
    } else if (got < 0 && errno == EINTR) {
      continue;
    } else {
      return got < 0 && errno == EAGAIN;
    }
  }
}

bool Connection::Receive(const Handler& handler, MonoTime due) {
  const bool open = Fill();
  size_t at = 0;
  while (in_.size() - at >= kafka::wire::kFrameLengthSize) {
    const std::string_view rest = std::string_view(in_).substr(at);
    kafka::wire::Decoder decoder(rest, 0, false);
    int32_t length = 0;
    decoder(length);
    if (length < 0 || length > kLargestRequest) {
      return false;
    }
    const size_t whole = kafka::wire::kFrameLengthSize + static_cast<size_t>(length);
    if (rest.size() < whole) {
      break;
    }
    waiting_.push_back({due, handler(rest.substr(kafka::wire::kFrameLengthSize,
                                                 whole - kafka::wire::kFrameLengthSize))});
    at += whole;
  }
  in_.erase(0, at);
  return open;
}

bool Connection::Send(MonoTime now) {
  while (!closing_ && !waiting_.empty() && waiting_.front().due <= now) {
    Reply& reply = waiting_.front().reply;
    out_ += reply.frame;
    closing_ = reply.kind == Reply::Kind::kClose;
    waiting_.pop_front();
  }
  return Flush() && !(closing_ && out_.empty());
}

bool Connection::Flush() {
  while (sent_ < out_.size()) {
    const ssize_t sent =
        ::send(socket_.get(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL);
    if (sent > 0) {
      sent_ += static_cast<size_t>(sent);
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
  out_ = {};  // an answer may be megabytes: do not keep its room
  sent_ = 0;
  return true;
}

MonoTime Connection::NextDue() const {
  return waiting_.empty() ? MonoTime::max() : waiting_.front().due;
}

}  // namespace klaxon::simulator
