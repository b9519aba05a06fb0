#include "agent/http/transport.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "agent/base/log.h"

namespace klaxon::http {
namespace {

Transport::Step FromSystem(ssize_t count, short events) {
  if (count >= 0) return {.count = count};
  const bool later = errno == EAGAIN || errno == EINTR;
  return {.count = -1, .wait = later ? events : short{0}};
}

}  // namespace

void Transport::Wrap(std::unique_ptr<tls::Session> session) {
  session_ = std::move(session);
}

Transport::Step Transport::Waiting() const {
  return {.count = -1, .wait = session_->wants_write() ? short{POLLOUT} : short{POLLIN}};
}

Transport::Step Transport::Broken(const Error& error) {
  broken_ = true;
  log::Debug("http", "a client {}", error.message());
  return {.count = -1};
}

Transport::Step Transport::Handshake() {
  const Result<bool> over = session_->Handshake();
  if (!over) return Broken(over.error());
  return *over ? Step{.count = 1} : Waiting();
}

Transport::Step Transport::Read(char* bytes, size_t size) {
  if (session_ == nullptr) return FromSystem(::recv(socket_, bytes, size, MSG_DONTWAIT), POLLIN);
  if (broken_) return {.count = -1};
  const Result<size_t> count = session_->Read({bytes, size});
  if (count) return *count > 0 ? Step{.count = static_cast<ssize_t>(*count)} : Waiting();
  const bool ended = session_->ended_properly();
  const Step broken = Broken(count.error());
  return ended ? Step{.count = 0} : broken;
}

Transport::Step Transport::Write(const char* bytes, size_t size) {
  if (session_ == nullptr) {
    return FromSystem(::send(socket_, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT), POLLOUT);
  }
  if (broken_) return {.count = -1};
  const Result<size_t> count = session_->Write({bytes, size});
  if (!count) return Broken(count.error());
  return *count > 0 ? Step{.count = static_cast<ssize_t>(*count)} : Waiting();
}

void Transport::EndWriting() {
  if (session_ != nullptr) broken_ = true;
  session_.reset();
  ::shutdown(socket_, SHUT_WR);
}

}  // namespace klaxon::http
