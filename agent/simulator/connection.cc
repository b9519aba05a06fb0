#include "agent/simulator/connection.h"

#include <array>
#include <utility>

#include "agent/kafka/wire/decoder.h"

namespace klaxon::simulator {
namespace {

constexpr size_t kChunk = size_t{64} * 1024;
constexpr int32_t kLargestRequest = 64 * 1024 * 1024;
constexpr size_t kMostWaiting = 1'000;

}  // namespace

bool Connection::Fill() {
  std::array<char, kChunk> chunk{};
  for (;;) {
    const std::optional<size_t> got = stream_.Read(chunk);
    if (!got || *got == 0) {
      return got.has_value();
    }
    in_.append(chunk.data(), *got);
  }
}

bool Connection::Receive(const Witness& witness, MonoTime due) {
  const bool open = Fill();
  size_t at = 0;
  while (in_.size() - at >= kafka::wire::kFrameLengthSize) {
    std::string_view rest = std::string_view(in_).substr(at);
    kafka::wire::Decoder decoder(rest, 0, false);
    int32_t length = 0;
    decoder(length);
    if (length < 0 || length > kLargestRequest || waiting_.size() >= kMostWaiting) {
      return false;
    }
    rest.remove_prefix(kafka::wire::kFrameLengthSize);
    if (rest.size() < static_cast<size_t>(length)) {
      break;
    }
    const std::string_view request = rest.substr(0, static_cast<size_t>(length));
    witness(request);
    waiting_.push_back({.due = due, .request = std::string(request)});
    at += kafka::wire::kFrameLengthSize + request.size();
  }
  in_.erase(0, at);
  return open;
}

bool Connection::Send(const Handler& handler, MonoTime now) {
  stuck_ = false;
  while (!closing_ && !stuck_ && !waiting_.empty() && waiting_.front().due <= now) {
    Waiting& first = waiting_.front();
    Reply reply{.kind = Reply::Kind::kAnswer, .frame = std::move(first.answer)};
    if (reply.frame.empty()) {
      reply = handler(login_, first.request);
    }
    if (reply.hold > Duration{}) {
      first.due = now + reply.hold;
      first.answer = std::move(reply.frame);
      continue;
    }
    stuck_ = reply.kind == Reply::Kind::kSilence;
    if (!stuck_) {
      out_ += reply.frame;
      closing_ = reply.kind == Reply::Kind::kClose || login_.failed();
      waiting_.pop_front();
    }
  }
  return Flush() && !(closing_ && out_.empty());
}

bool Connection::Flush() {
  while (sent_ < out_.size()) {
    const std::optional<size_t> sent = stream_.Write(std::string_view(out_).substr(sent_));
    if (!sent || *sent == 0) {
      return sent.has_value();
    }
    sent_ += *sent;
  }
  out_ = {};  // an answer may be megabytes: do not keep its room
  sent_ = 0;
  return true;
}

MonoTime Connection::NextDue() const {
  return waiting_.empty() || stuck_ ? MonoTime::max() : waiting_.front().due;
}

}  // namespace klaxon::simulator
