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

constexpr auto kSoon = std::chrono::days{30};  // a certificate that ends within that is a note
constexpr size_t kNamesShown = 4;

/// One address under examination: each step adds what it found. Confined to one thread.
class AddressCheck {
 public:
  AddressCheck(const HostPort& address, Clock& clock, Duration patience)
      : address_(address), clock_(clock), patience_(patience) {}

  std::optional<Addresses> Name();
  /// Connects to one address of the name; an empty descriptor if that fails.
  Descriptor Connection(const std::string& numeric);
  void Tls(tls::ClientContext& tls, const Descriptor& socket);

  Findings Take() { return std::move(findings_); }

 private:
  MonoTime Now() { return clock_.Now().mono; }

  /// Waits for `events` of `fd`, until `due` at most.
  void WaitFor(int fd, short events, MonoTime due);
  std::string Took(MonoTime begin);
  Result<tls::PeerInfo> ShakeHands(tls::ClientContext& tls, const Descriptor& socket);

  const HostPort& address_;
  Clock& clock_;
  const Duration patience_;
  Findings findings_{};
};

void AddressCheck::WaitFor(int fd, short events, MonoTime due) {
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(due - Now()).count();
  poll(&entry, 1, static_cast<int>(std::clamp<int64_t>(left, 0, 60'000)));
}

std::string AddressCheck::Took(MonoTime begin) {
  return fmt::format("{:.0f} ms", Seconds(Now() - begin) * 1000);
}

std::optional<Addresses> AddressCheck::Name() {
  const auto waker = std::make_shared<wire::Waker>();
  wire::Resolver resolver(waker);
  const MonoTime begin = Now();
  const auto lookup = resolver.Resolve(address_.host);
  while (!lookup->answer() && Now() < begin + patience_) {
    WaitFor(waker->fd(), POLLIN, begin + patience_);
    waker->Drain();
  }
  Finding& found = findings_.emplace_back(
      Finding{.step = Step::kName, .outcome = Outcome::kBad, .subject = ToString(address_)});
  const auto answer = lookup->answer();
  if (!answer) {
    found.said = "the name service does not answer within " + FormatDuration(patience_);
    found.mend = "look at /etc/resolv.conf of this machine";
    return std::nullopt;
  }
  if (!*answer || (*answer)->empty()) {
    found.said = fmt::format("\"{}\" has no address: {}", Printable(address_.host),
                             *answer ? "none told" : answer->error().message());
    found.mend = "correct the name, or make it known to this machine's name service";
    return std::nullopt;
  }
  std::vector<std::string> all;
  std::ranges::transform(**answer, std::back_inserter(all),
                         [](const auto& one) { return wire::ToString(one); });
  found.outcome = Outcome::kGood;
  found.said = all.size() == 1 && all[0] == address_.host
                   ? "a literal address"
                   : fmt::format("{} ({})", fmt::join(all, ", "), Took(begin));
  return **answer;
}

Descriptor AddressCheck::Connection(const std::string& numeric) {
  const HostPort one{.host = numeric, .port = address_.port};
  const auto waker = std::make_shared<wire::Waker>();
  wire::Resolver resolver(waker);
  const MonoTime begin = Now();
  wire::Dial dial(one, resolver, begin + patience_);
  std::optional<Result<Descriptor>> socket = dial.Advance(begin);
  while (!socket) {
    WaitFor(dial.fd(), POLLOUT, dial.due());
    socket = dial.Advance(Now());
  }
  findings_.push_back(
      {.step = Step::kConnection,
       .outcome = *socket ? Outcome::kGood : Outcome::kBad,
       .subject = ToString(one),
       .said = *socket ? "connected in " + Took(begin) : socket->error().message()});
  return *socket ? std::move(**socket) : Descriptor();
}

Result<tls::PeerInfo> AddressCheck::ShakeHands(tls::ClientContext& tls, const Descriptor& socket) {
  Result<std::unique_ptr<tls::Session>> session = tls.Connect(socket.get(), address_.host);
  if (!session) {
    return session.error();
  }
  const MonoTime due = Now() + patience_;
  while (Now() < due) {
    const Result<bool> done = (*session)->Handshake();
    if (!done) {
      return done.error();
    }
    if (*done) {
      return (*session)->Peer();
    }
    WaitFor(socket.get(), (*session)->wants_write() ? POLLOUT : POLLIN, due);
  }
  return Error(Reason::kTimeout, "does not finish the TLS handshake within " +
                                     FormatDuration(patience_) +
                                     "; look whether the listener is a TLS one");
}

void AddressCheck::Tls(tls::ClientContext& tls, const Descriptor& socket) {
  const Result<tls::PeerInfo> peer = ShakeHands(tls, socket);
  findings_.push_back(peer ? JudgePeer(ToString(address_), *peer, clock_.Now().wall)
                           : Finding{.step = Step::kTls,
                                     .outcome = Outcome::kBad,
                                     .subject = ToString(address_),
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
  AddressCheck check(address, clock, patience);
  const Addresses addresses = check.Name().value_or(Addresses{});
  Descriptor first;
  for (const wire::SocketAddress& one : addresses) {
    Descriptor socket = check.Connection(wire::ToString(one));
    first = first ? std::move(first) : std::move(socket);
  }
  if (first && tls != nullptr) {
    check.Tls(*tls, first);
  }
  return check.Take();
}

}  // namespace klaxon::kafka
