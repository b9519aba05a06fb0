#include "agent/http/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "agent/http/security_headers.h"

namespace klaxon::http {
namespace {

using std::chrono::steady_clock;

constexpr size_t kReceiveSize = size_t{16} * 1024;
constexpr Duration kLinger = std::chrono::seconds{1};

/// Of the statuses that refusals have (RFC 9110 section 15, RFC 6585 section 5).
std::string_view ReasonPhrase(int status) {
  switch (status) {
    case 403:
      return "Forbidden";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 431:
      return "Request Header Fields Too Large";
    case 501:
      return "Not Implemented";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Bad Request";
  }
}

}  // namespace

Connection::Connection(Accepted accepted, uint64_t id, Owner owner)
    : socket_(std::move(accepted.socket)),
      address_(std::move(accepted.address)),
      group_(std::move(accepted.group)),
      id_(id),
      owner_(owner),
      transport_(socket_.get()) {
  owner_.stats.Opened();
}

Connection::~Connection() {
  owner_.gate.Leave(id_);
  owner_.stats.Closed();
}

/// False with errno ETIMEDOUT when `due` has passed.
bool Connection::Wait(short events, MonoTime due) const {
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - steady_clock::now());
    if (left.count() <= 0) {
      errno = ETIMEDOUT;
      return false;
    }
    pollfd waiting{.fd = fd(), .events = events, .revents = 0};
    const int ready =
        ::poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left.count(), 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

ssize_t Connection::Receive(char* bytes, size_t size, MonoTime due) {
  while (true) {
    const Transport::Step step = transport_.Read(bytes, size);
    if (step.count >= 0) return step.count;
    if (step.wait == 0) errno = ECONNABORTED;
    if (step.wait == 0 || !Wait(step.wait, due)) return -1;
  }
}

bool Connection::ReadHead() {
  buffer_.erase(0, std::exchange(read_, 0));
  body_failed_ = false;
  answering_ = false;
  answered_status_ = 0;
  HeadScanner scanner(owner_.limits);
  const MonoTime now = steady_clock::now();
  MonoTime due = now + (requests_ == 0 ? owner_.limits.head_timeout : owner_.limits.idle_timeout);
  // For the first request the gate counts from when the connection came.
  if (requests_ > 0) owner_.gate.SetPhase(id_, Gate::Phase::kReading, now);
  bool begun = !buffer_.empty();
  if (begun) due = now + owner_.limits.head_timeout;
  while (true) {
    switch (scanner.Scan(buffer_)) {
      case HeadScanner::State::kWhole:
        ++requests_;
        head_ = scanner.TakeHead();
        head_left_ = scanner.size();
        chunks_ = ChunkGuard();
        body_due_ = steady_clock::now() + owner_.limits.body_timeout;
        return true;
      case HeadScanner::State::kRefused:
        Refuse(scanner.refusal());
        return false;
      case HeadScanner::State::kMore:
        break;
    }
    std::array<char, kReceiveSize>
        bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills it
    const ssize_t count = Receive(bytes.data(), bytes.size(), due);
    if (count <= 0) {
      if (count < 0 && begun && errno == ETIMEDOUT) {
        Refuse({.status = 408,
                .cause = Rejection::kSlow,
                .sentence = "The request did not come within the time for it."});
      }
      return false;
    }
    if (!std::exchange(begun, true)) due = steady_clock::now() + owner_.limits.head_timeout;
    buffer_.append(bytes.data(), static_cast<size_t>(count));
  }
}

void Connection::Refuse(const Refusal& refusal) {
  owner_.stats.Rejected(refusal.cause);
  const std::string answer = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {}\r\n"
      "Connection: close\r\n{}\r\n{}\n",
      refusal.status, ReasonPhrase(refusal.status), refusal.sentence.size() + 1, kSecurityLines,
      refusal.sentence);
  (void)Write(answer.data(), answer.size());
  Linger();
}

ssize_t Connection::Read(char* bytes, size_t size) {
  ssize_t count = 0;
  if (const size_t buffered = buffer_.size() - read_; buffered > 0) {
    count = static_cast<ssize_t>(std::min(size, buffered));
    std::memcpy(bytes, buffer_.data() + read_, static_cast<size_t>(count));
    read_ += static_cast<size_t>(count);
  } else {
    // cpp-httplib goes on after a failure or a refusal, to drain what it has not read.
    if (body_failed_ || answered_status_ >= 400) return -1;
    count = Receive(bytes, size, body_due_);
    if (count < 0 && errno == ETIMEDOUT) owner_.stats.Rejected(Rejection::kSlow);
  }
  body_failed_ = body_failed_ || count < 0 || !IsBody({bytes, static_cast<size_t>(count)});
  return body_failed_ ? -1 : count;
}

/// Whether these bytes may follow. cpp-httplib reads the head first, again, and no byte too many.
bool Connection::IsBody(std::string_view bytes) {
  const size_t of_head = std::min(head_left_, bytes.size());
  head_left_ -= of_head;
  bytes.remove_prefix(of_head);
  if (!head_.chunked || chunks_.over() || bytes.empty() || chunks_.Take(bytes)) return true;
  owner_.stats.Rejected(Rejection::kMalformed);
  return false;
}

ssize_t Connection::Write(const char* bytes, size_t size) {
  if (size == 0) return 0;
  if (answered_status_ < 200 && size >= 12 && std::memcmp(bytes, "HTTP/1.1 ", 9) == 0) {
    answered_status_ = (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
  }
  for (bool waited = false;; waited = true) {
    const Transport::Step step = transport_.Write(bytes, size);
    if (step.count >= 0) {
      if (waited) owner_.gate.Progressed(id_, steady_clock::now());
      owner_.stats.Sent(static_cast<uint64_t>(step.count));
      return step.count;
    }
    if (step.wait == 0 || !WaitForClient(step.wait)) return -1;
  }
}

/// When the client must have taken the next byte.
MonoTime Connection::AnswerDue() {
  const MonoTime now = steady_clock::now();
  if (!std::exchange(answering_, true)) {
    answer_due_ = now + owner_.limits.answer_timeout;
    owner_.gate.SetPhase(id_, Gate::Phase::kAnswering, now);
  }
  return std::min(answer_due_, now + owner_.limits.write_timeout);
}

bool Connection::Readable() const {
  if (read_ < buffer_.size() || transport_.HasMore()) return true;
  pollfd waiting{.fd = fd(), .events = POLLIN, .revents = 0};
  return ::poll(&waiting, 1, 0) > 0;
}

bool Connection::WaitReadable() {
  return read_ < buffer_.size() || transport_.HasMore() || Wait(POLLIN, body_due_);
}

bool Connection::WaitWritable() {
  return WaitForClient(POLLOUT);
}

/// Until it takes more of its answer; TLS may want to read for that.
bool Connection::WaitForClient(short events) {
  if (Wait(events, AnswerDue())) return true;
  if (errno == ETIMEDOUT) owner_.stats.Rejected(Rejection::kSlow);
  return false;
}

void Connection::BeginHandling() {
  owner_.gate.SetPhase(id_, Gate::Phase::kHandling, steady_clock::now());
}

void Connection::Linger() {
  transport_.EndWriting();
  const MonoTime due = steady_clock::now() + kLinger;
  std::array<char, kReceiveSize>
      bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): recv fills it
  owner_.gate.SetPhase(id_, Gate::Phase::kReading, steady_clock::now());
  while (steady_clock::now() < due) {
    pollfd waiting{.fd = fd(), .events = POLLIN, .revents = 0};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - steady_clock::now());
    if (::poll(&waiting, 1, static_cast<int>(std::max<int64_t>(left.count(), 0))) <= 0) continue;
    if (::recv(fd(), bytes.data(), bytes.size(), MSG_DONTWAIT) <= 0) return;
  }
}

}  // namespace klaxon::http
