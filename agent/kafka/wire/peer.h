#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/backoff.h"
#include "agent/kafka/wire/connection.h"
#include "agent/kafka/wire/dial.h"
#include "agent/tls/client_context.h"

namespace klaxon::kafka::wire {

/// What all peers of a client share; outlives them.
struct PeerTools {
  const ClientOptions& options;
  Resolver& resolver;
  Meter& meter;
  tls::ClientContext* tls = nullptr;  ///< null: plain text
  LoginTools* logins = nullptr;       ///< null: no login
  /// Called when a broker told its versions, before anything is sent to it.
  std::function<void(const HostPort&, std::shared_ptr<const VersionTable>)> on_versions{};
};

/// One address and what is known about it: its connection, the calls that wait for it, and whether
/// it is worth asking. Confined to the I/O thread.
///
/// It fails in one of two ways. What fails *at once* (refused, reset, no such name, not Kafka) is
/// kept as the answer to further calls for a short back-off, then the next call tries again. What
/// does *not answer* (no SYN-ACK, no answer to ApiVersions or to a call) would cost every caller
/// its whole time, so it is `silent`: it is probed in the background, by connecting and asking
/// ApiVersions, and calls fail at once until a probe is answered. A connection with a call that
/// missed its deadline is closed: its answers would only be read to be thrown away, and the probe
/// needs a connection that is not behind them. The probe's own connection is kept open for long: a
/// stopped broker that goes on answers it in the same moment.
///
/// A login or certificate that was refused is of the first kind, with a back-off that grows longer.
class Peer {
 public:
  enum class Health { kConnected, kUntried, kFailing, kSilent };

  Peer(HostPort address, const PeerTools& tools);
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  ~Peer() { Retire(); }

  const HostPort& address() const { return address_; }

  /// The id under which the newest metadata has this address; kAnyBroker: only a bootstrap address.
  void SetBroker(int32_t id);
  Health HealthAt(MonoTime now) const;
  size_t Load() const;

  bool receiving() const { return connection_ && connection_->receiving(); }

  void Submit(TicketPtr ticket, const Instant& now);

  /// The address left the cluster: ends everything. Nothing may be submitted afterwards.
  void Retire();

  /// Closes a connection that nobody waits for, and stops probing.
  void CloseIfIdle();

  int fd() const;
  short Events() const;
  /// When Advance must be called at the latest, MonoTime::max(): only for events.
  MonoTime due() const;
  void Advance(short events, const Instant& now);

 private:
  void StartDial(const Instant& now);
  void AdvanceDial(const Instant& now);
  void AdvanceConnection(short events, const Instant& now);
  Result<void> Open(Descriptor socket, const Instant& now);
  void BecomeReady(const Instant& now);
  void SendWaiting(const Instant& now);
  /// Leaves a connection on which only calls are in flight that nobody waits for any more. A broker
  /// answers the requests of one connection in turn (SocketServer mutes the channel meanwhile), so
  /// behind a DescribeQuorum that waits for a lost quorum everything else would wait, too.
  void LeaveIfBlocked(MonoTime now);
  void CheckTimes(const Instant& now);
  void NoticeSilence(const Instant& now);
  void GiveUpOpening(const Instant& now);
  void Disconnected(const Error& error, const Instant& now);
  /// Ends everything that waits; further calls fail with `error` for a back-off.
  void FailAtOnce(const Error& error, const Instant& now);
  /// Ends everything that waits; from now on it is only probed.
  void GoSilent(const Error& error, MonoTime since, const Instant& now);
  void MissAll(const Error& error);
  Error SilentError(MonoTime now) const;
  Error DialError(const Error& error) const;
  void Tell(const Error& error);

  const HostPort address_;
  const PeerTools& tools_;
  Identity identity_{};
  Backoff backoff_;
  Backoff login_backoff_;

  std::optional<Dial> dial_{};
  std::unique_ptr<Connection> connection_{};
  MonoTime attempt_started_{};  ///< of dial and handshake
  MonoTime attempt_ends_{};
  std::deque<TicketPtr> waiting_{};

  std::optional<Error> failure_{};  ///< the last one, until it is ready again
  MonoTime next_try_{};
  std::optional<MonoTime> silent_since_{};
  Duration patience_{};  ///< for the next probe's answer
};

}  // namespace klaxon::kafka::wire
