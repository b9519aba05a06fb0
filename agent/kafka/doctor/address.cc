#include "agent/kafka/doctor/address.h"

#include <poll.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/base/duration.h"
#include "agent/kafka/wire/dial.h"
#include "agent/kafka/wire/resolver.h"

namespace klaxon::kafka {
namespace {

using wire::Addresses;
using wire::Fd;

constexpr auto kSoon = std::chrono::days{30};  // a certificate that ends within that is a note
constexpr size_t kNamesShown = 4;

/// Waits for `events` of `fd`, until `due` at most.
void WaitFor(int fd, short events, Clock& clock, MonoTime due) {
  const Duration left = due - clock.Now().mono;
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  poll(&entry, 1, static_cast<int>(std::clamp<int64_t>(milliseconds, 0, 60'000)));
}

std::string Took(Clock& clock, MonoTime begin) {
  return fmt::format("{:.0f} ms", Seconds(clock.Now().mono - begin) * 1000);
}

std::optional<Addresses> CheckName(const HostPort& address, Clock& clock, Duration patience,
                                   Findings& findings) {
  const auto waker = std::make_shared<wire::Waker>();
  wire::Resolver resolver(waker);
  const MonoTime begin = clock.Now().mono;
  const auto lookup = resolver.Resolve(address.host);
  while (!lookup->answer() && clock.Now().mono < begin + patience) {
    WaitFor(waker->fd(), POLLIN, clock, begin + patience);
    waker->Drain();
  }
  Finding found{.step = Step::kName, .outcome = Outcome::kBad, .subject = ToString(address)};
  const auto answer = lookup->answer();
  if (!answer) {
    found.said = "the name service does not answer within " + FormatDuration(patience);
    found.mend = "look at /etc/resolv.conf of this machine";
  } else if (!*answer || (*answer)->empty()) {
    found.said = fmt::format("\"{}\" has no address: {}", Printable(address.host),
                             *answer ? "none told" : answer->error().message());
    found.mend = "correct the name, or make it known to this machine's name service";
  } else {
    std::vector<std::string> all;
    std::ranges::transform(**answer, std::back_inserter(all),
                           [](const auto& one) { return wire::ToString(one); });
    found.outcome = Outcome::kGood;
    found.said = all.size() == 1 && all[0] == address.host
                     ? "a literal address"
                     : fmt::format("{} ({})", fmt::join(all, ", "), Took(clock, begin));
    findings.push_back(std::move(found));
    return **answer;
  }
  findings.push_back(std::move(found));
  return std::nullopt;
}

/// Connects to one address of the name; an empty descriptor if that fails.
Fd CheckConnection(const HostPort& address, const std::string& numeric, Clock& clock,
                   Duration patience, Findings& findings) {
  const HostPort one{.host = numeric, .port = address.port};
  const auto waker = std::make_shared<wire::Waker>();
  wire::Resolver resolver(waker);
  const MonoTime begin = clock.Now().mono;
  wire::Dial dial(one, resolver, begin + patience);
  std::optional<Result<Fd>> socket = dial.Advance(begin);
  while (!socket) {
    WaitFor(dial.fd(), POLLOUT, clock, dial.due());
    socket = dial.Advance(clock.Now().mono);
  }
  Finding found{.step = Step::kConnection, .outcome = Outcome::kGood, .subject = ToString(one)};
  if (*socket) {
    found.said = "connected in " + Took(clock, begin);
  } else {
    found.outcome = Outcome::kBad;
    found.said = socket->error().message();
  }
  findings.push_back(std::move(found));
  return *socket ? std::move(**socket) : Fd();
}

Result<tls::PeerInfo> ShakeHands(tls::ClientContext& tls, const Fd& socket, const HostPort& address,
                                 Clock& clock, Duration patience) {
  Result<std::unique_ptr<tls::Session>> session = tls.Connect(socket.get(), address.host);
  if (!session) {
    return session.error();
  }
  const MonoTime due = clock.Now().mono + patience;
  while (clock.Now().mono < due) {
    const Result<bool> done = (*session)->Handshake();
    if (!done) {
      return done.error();
    }
    if (*done) {
      return (*session)->Peer();
    }
    WaitFor(socket.get(), (*session)->wants_write() ? POLLOUT : POLLIN, clock, due);
  }
  return Error(Reason::kTimeout, "does not finish the TLS handshake within " +
                                     FormatDuration(patience) +
                                     "; look whether the listener is a TLS one");
}

void CheckTls(tls::ClientContext& tls, const Fd& socket, const HostPort& address, Clock& clock,
              Duration patience, Findings& findings) {
  const Result<tls::PeerInfo> peer = ShakeHands(tls, socket, address, clock, patience);
  findings.push_back(peer ? JudgePeer(ToString(address), *peer, clock.Now().wall)
                          : Finding{.step = Step::kTls,
                                    .outcome = Outcome::kBad,
                                    .subject = ToString(address),
                                    .said = peer.error().message()});
}

}  // namespace

Finding JudgePeer(const std::string& subject, const tls::PeerInfo& peer, WallTime now) {
  Finding found{.step = Step::kTls, .outcome = Outcome::kGood, .subject = subject};
  found.said = fmt::format("{}, {}", peer.version, peer.cipher);
  if (peer.chain.empty()) {
    return found;
  }
  const tls::Certificate& own = peer.chain.front();
  const size_t shown = std::min(own.names.size(), kNamesShown);
  found.said += fmt::format(
      "; certificate {} by {}, for {}{}, until {}", own.subject, own.issuer,
      fmt::join(own.names.begin(), own.names.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
      shown < own.names.size() ? fmt::format(" and {} more", own.names.size() - shown) : "",
      FormatWallTime(own.not_after));
  for (const tls::Certificate& certificate : peer.chain) {
    const auto days = std::chrono::floor<std::chrono::days>(certificate.not_after - now);
    if (found.mend.empty() && certificate.not_after - now < kSoon) {
      found.outcome = Outcome::kNote;
      found.mend = fmt::format("the certificate {} ends in {} days: renew it", certificate.subject,
                               days.count());
    }
  }
  return found;
}

Findings CheckAddress(const HostPort& address, tls::ClientContext* tls, Clock& clock,
                      Duration patience) {
  Findings findings;
  const std::optional<Addresses> found = CheckName(address, clock, patience, findings);
  if (!found) {
    return findings;
  }
  Fd first;
  for (const wire::SocketAddress& one : *found) {
    Fd socket = CheckConnection(address, wire::ToString(one), clock, patience, findings);
    first = first ? std::move(first) : std::move(socket);
  }
  if (first && tls != nullptr) {
    CheckTls(*tls, first, address, clock, patience, findings);
  }
  return findings;
}

}  // namespace klaxon::kafka
