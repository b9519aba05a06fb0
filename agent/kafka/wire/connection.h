#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/kafka/wire/client.h"
#include "agent/kafka/wire/frame_reader.h"
#include "agent/kafka/wire/login.h"
#include "agent/kafka/wire/ticket.h"
#include "agent/kafka/wire/transport.h"
#include "agent/kafka/wire/version_table.h"

namespace klaxon::kafka::wire {

/// One open connection: ApiVersions first, then the login if there is one, then requests one behind
/// the other; answers come in the same order (https://kafka.apache.org/protocol#protocol_network).
/// Confined to the I/O thread.
///
/// Before the broker ends the session it logs in again on the same connection (KIP-368): from 85 to
/// 95 % of the session on nothing new is sent, and when all answers are there the login begins.
///
/// An error of any member function ends the connection. It is a predicate for the broker's title:
/// "closed the connection", "answers, but not as a Kafka broker ...".
class Connection {
 public:
  /// A request that was sent and not answered.
  struct InFlight {
    int32_t correlation_id = 0;
    ApiKey api = ApiKey::kApiVersions;
    int16_t version = 0;
    TicketPtr ticket{};  ///< null: our own ApiVersions or login
    Instant sent{};
    MonoTime silent_at{};  ///< without an answer until then the broker counts as silent
  };

  /// What it has not come past before it is ready.
  enum class Stage { kTls, kVersions, kToken, kLogin, kReady };

  /// `logins` is null: no login. All but `transport` must outlive the connection.
  Connection(std::unique_ptr<Transport> transport, const ClientOptions& options,
             const Identity& identity, Meter& meter, LoginTools* logins = nullptr);

  /// Asks for the versions. Call once, first.
  Result<void> Start(const Instant& now);

  /// The broker told what it speaks, and let us in.
  bool ready() const { return ready_; }

  Stage stage() const;

  std::shared_ptr<const VersionTable> versions() const { return versions_; }

  /// Whether a request could be sent now.
  bool HasRoom() const {
    return ready() && !login_ && output_.empty() && in_flight_.size() < options_.in_flight_limit;
  }

  /// REQUIRES: HasRoom(), an open ticket, and a version that both sides speak.
  Result<void> Send(TicketPtr ticket, int16_t version, const Instant& now);

  int fd() const { return transport_->fd(); }

  short Events() const { return transport_->Events(!output_.empty()); }

  /// Reads what is there (bounded, so that other connections get their turn) and hands answers
  /// over.
  Result<void> Receive(const Instant& now);
  Result<void> Flush();

  /// Bytes can be received although poll() would wait.
  bool has_more() const { return transport_->has_more(); }

  /// When KeepSession must be called at the latest, MonoTime::max(): not by itself.
  MonoTime due() const { return session_due_; }

  /// Begins the login when it is time to and goes on when it waits for a token.
  Result<void> KeepSession(const Instant& now);

  const std::deque<InFlight>& in_flight() const { return in_flight_; }

  /// An answer has begun to arrive.
  bool receiving() const { return reader_.inside_frame(); }

 private:
  Result<void> SendOwnVersionRequest(int16_t version, const Instant& now);
  Result<void> TakeFrames(const Instant& now);
  Result<void> TakeFrame(std::string_view frame, const Instant& now);
  Result<void> TakeOwn(std::string_view body, const InFlight& flight, const Instant& now);
  Result<void> TakeVersions(std::string_view body, int16_t version, const Instant& now);
  Result<void> BeginLogin(const Instant& now);
  Result<void> GoOnWithLogin(const Instant& now);
  void LoggedIn(const Instant& now);
  Result<void> SendOwn(OwnRequest request, const Instant& now);
  Error ExplainEnd(const Error& error) const;

  std::unique_ptr<Transport> transport_;
  const ClientOptions& options_;
  const Identity& identity_;
  Meter& meter_;
  LoginTools* const logins_;
  FrameReader reader_;
  std::string output_{};  ///< at most one frame: what the socket did not take yet
  size_t output_sent_ = 0;
  std::deque<InFlight> in_flight_{};
  std::shared_ptr<const VersionTable> versions_{};
  bool ready_ = false;
  /// Under way, or to begin as soon as nothing is in flight any more.
  std::optional<Login> login_{};
  MonoTime session_due_ = MonoTime::max();
  int32_t next_correlation_id_ = 1;
  bool received_ = false;       ///< any byte
  bool answered_call_ = false;  ///< any answer but to requests of our own
};

}  // namespace klaxon::kafka::wire
