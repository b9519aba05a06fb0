#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "agent/base/log.h"
#include "agent/http/connection.h"

namespace klaxon::http {

bool Connection::Secure(TlsListener& tls) {
  const MonoTime due = std::chrono::steady_clock::now() + owner_.limits.head_timeout;
  if (!SpeaksTls(due)) return false;
  Result<std::unique_ptr<tls::Session>> session = tls.context.Accept(fd());
  if (!session) {
    log::Error("http", "cannot speak TLS: {}", session.error().message());
    return false;
  }
  transport_.Wrap(*std::move(session));
  if (!ShakeHands(due)) return false;
  if (tls.client_names.empty() || IsNamed(tls.client_names)) return true;
  Refuse({.status = 403,
          .cause = Rejection::kForbidden,
          .sentence = "The certificate has none of the names in client_allowed_sans."});
  return false;
}

/// Waits for the first byte, and leaves it: 22 begins a handshake (RFC 8446 section 5.1), and no
/// request.
bool Connection::SpeaksTls(MonoTime due) {
  constexpr char kHandshake = 22;
  char first = 0;
  while (true) {
    const ssize_t count = ::recv(fd(), &first, 1, MSG_PEEK | MSG_DONTWAIT);
    if (count > 0) break;
    const bool later = count < 0 && (errno == EAGAIN || errno == EINTR);
    if (!later || !Wait(POLLIN, due)) return false;
  }
  if (first == kHandshake) return true;
  Refuse({.status = 400,
          .cause = Rejection::kNoTls,
          .sentence = "This port speaks HTTPS: begin the address with https://"});
  return false;
}

bool Connection::ShakeHands(MonoTime due) {
  while (true) {
    const Transport::Step step = transport_.Handshake();
    if (step.count > 0) return true;
    if (step.wait == 0) {
      owner_.stats.Rejected(Rejection::kNoTls);
      return false;
    }
    if (!Wait(step.wait, due)) {
      owner_.stats.Rejected(Rejection::kSlow);
      return false;
    }
  }
}

/// As Go's verifyPeerCertificate in exporter-toolkit: any alternative name, never the common name.
bool Connection::IsNamed(const std::vector<std::string>& names) const {
  const tls::PeerInfo peer = transport_.session()->Peer();
  return !peer.chain.empty() &&
         std::ranges::any_of(peer.chain.front().alternative_names, [&](const std::string& name) {
           return std::ranges::find(names, name) != names.end();
         });
}

}  // namespace klaxon::http
