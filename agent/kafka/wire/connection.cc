#include "agent/kafka/wire/connection.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/kafka/wire/decoder.h"

namespace klaxon::kafka::wire {

namespace {

constexpr size_t kBytesPerTurn = size_t{4} << 20U;

/// A caller with little time left must not make a healthy broker count as silent.
constexpr Duration kLeastPatience = std::chrono::seconds{1};

/// How often a token that is being fetched is asked for, before there is a session and in it.
constexpr Duration kTokenPause = std::chrono::milliseconds{50};
constexpr Duration kTokenPauseInSession = std::chrono::seconds{1};

/// A session that ends with its token gets shorter with each login: not more often than this.
constexpr Duration kShortestSession = std::chrono::milliseconds{100};

/// When the next login is due: at 85 to 95 % of the session, as Kafka's own client has it. Spread
/// by the broker's title, so that all connections do not log in at once.
Duration ShareOf(Duration session, const std::string& title) {
  const auto spread = static_cast<int64_t>(std::hash<std::string>{}(title) % 100);
  return std::max(session / 1000 * (850 + spread), kShortestSession);
}

/// An answer in version 0, whatever was asked: how a broker says that it does not know the version
/// of our ApiVersions request (KIP-511).
bool IsUnsupportedVersion(std::string_view body) {
  Decoder decoder(body, 0, false);
  ErrorCode code{};
  decoder(code);
  return code == ErrorCode::kUnsupportedVersion;
}

}  // namespace

Connection::Connection(std::unique_ptr<Transport> transport, const ClientOptions& options,
                       const Identity& identity, Meter& meter, LoginTools* logins)
    : transport_(std::move(transport)),
      options_(options),
      identity_(identity),
      meter_(meter),
      logins_(logins),
      reader_(options.answer_limit) {
}

Result<void> Connection::Start(const Instant& now) {
  return SendOwnVersionRequest(ApiVersionsRequest::kVersions.max, now);
}

Result<void> Connection::SendOwnVersionRequest(int16_t version, const Instant& now) {
  const ApiVersionsRequest request{.client_software_name = "klaxon",
                                   .client_software_version = options_.software_version};
  return SendOwn(
      {.api = ApiKey::kApiVersions,
       .version = version,
       .frame = EncodeRequest(request, version, next_correlation_id_, options_.client_id)},
      now);
}

Result<void> Connection::SendOwn(OwnRequest request, const Instant& now) {
  output_ = std::move(request.frame);
  // Its time limit is the one of connecting, which the owner of the connection keeps. A login in
  // the middle of a session has the same one.
  const MonoTime silent_at = ready() ? now.mono + options_.connect_timeout : MonoTime::max();
  in_flight_.push_back({.correlation_id = next_correlation_id_++,
                        .api = request.api,
                        .version = request.version,
                        .sent = now,
                        .silent_at = silent_at});
  meter_.Sent(request.api, output_.size());
  return Flush();
}

Result<void> Connection::Send(TicketPtr ticket, int16_t version, const Instant& now) {
  Call& call = ticket->call();
  const int32_t id = next_correlation_id_++;
  output_ = call.Encode(version, id, options_.client_id);
  call.MarkSent(now);
  meter_.Sent(call.api(), output_.size());
  const MonoTime silent_at = std::max(ticket->batch().deadline(), now.mono + kLeastPatience);
  in_flight_.push_back({.correlation_id = id,
                        .api = call.api(),
                        .version = version,
                        .ticket = std::move(ticket),
                        .sent = now,
                        .silent_at = silent_at});
  return Flush();
}

Result<void> Connection::Flush() {
  while (output_sent_ < output_.size()) {
    const auto taken = transport_->Write(std::string_view(output_).substr(output_sent_));
    if (!taken) {
      return ExplainEnd(taken.error());
    }
    if (*taken == 0) {
      return {};
    }
    output_sent_ += *taken;
  }
  output_ = std::string();  // a request can be large: its memory goes back
  output_sent_ = 0;
  return {};
}

Result<void> Connection::Receive(const Instant& now) {
  for (size_t received = 0; received < kBytesPerTurn;) {
    const std::span<char> space = reader_.Space();
    const Result<size_t> count = transport_->Read(space);
    if (!count) {
      return ExplainEnd(count.error());
    }
    if (*count == 0) {
      break;
    }
    received += *count;
    received_ = true;
    reader_.Commit(*count);
    meter_.Received(*count);
    if (Result<void> taken = TakeFrames(now); !taken) {
      return taken;
    }
  }
  if (in_flight_.empty()) {
    reader_.Trim();
  }
  return {};
}

Result<void> Connection::TakeFrames(const Instant& now) {
  while (true) {
    const auto frame = reader_.Next();
    if (!frame) {
      return frame.error();
    }
    if (!*frame) {
      return {};
    }
    if (Result<void> taken = TakeFrame(**frame, now); !taken) {
      return taken;
    }
  }
}

Result<void> Connection::TakeFrame(std::string_view frame, const Instant& now) {
  const Result<int32_t> id = TakeCorrelationId(frame);
  if (!id) {
    return Error(Reason::kBadAnswer, "sent " + id.error().message());
  }
  if (in_flight_.empty()) {
    return Error(Reason::kBadAnswer, "sent an answer that nobody asked for");
  }
  const InFlight flight = std::move(in_flight_.front());
  if (*id != flight.correlation_id) {
    in_flight_.front() = flight;
    return Error(Reason::kBadAnswer, fmt::format("answered request {} when {} was next; if it is a "
                                                 "Kafka broker at all",
                                                 *id, flight.correlation_id));
  }
  in_flight_.pop_front();
  if (!flight.ticket) {
    return TakeOwn(frame, flight, now);
  }
  answered_call_ = true;
  flight.ticket->Answer(frame, flight.version, identity_);
  return {};
}

Result<void> Connection::TakeOwn(std::string_view body, const InFlight& flight,
                                 const Instant& now) {
  if (flight.api == ApiKey::kApiVersions) {
    return TakeVersions(body, flight.version, now);
  }
  if (Result<void> taken = login_->Take(body, flight.version); !taken) {
    return taken;
  }
  meter_.Answered(flight.api);
  if (login_->done()) {
    LoggedIn(now);
    return {};
  }
  return GoOnWithLogin(now);
}

Result<void> Connection::TakeVersions(std::string_view body, int16_t version, const Instant& now) {
  if (version > 0 && IsUnsupportedVersion(body)) {
    return SendOwnVersionRequest(0, now);
  }
  const auto response = DecodeResponse<ApiVersionsRequest>(body, version);
  if (!response) {
    return Error(Reason::kBadAnswer, fmt::format("answers, but not as a Kafka broker ({}); is the "
                                                 "port right?",
                                                 response.error().message()));
  }
  if (response->error_code != ErrorCode::kNone) {
    return Error(Reason::kRefused, "refuses ApiVersions: " + Name(response->error_code));
  }
  meter_.Answered(ApiKey::kApiVersions);
  versions_ = std::make_shared<const VersionTable>(*response);
  if (logins_ == nullptr) {
    ready_ = true;
    return {};
  }
  return BeginLogin(now);
}

Result<void> Connection::BeginLogin(const Instant& now) {
  Login login(logins_->NewMechanism());
  const Result<bool> prepared = login.Prepare(now);
  if (ready() && (!prepared || !*prepared)) {  // the session still lasts: a token may come yet
    session_due_ = now.mono + kTokenPauseInSession;
    return {};
  }
  if (!prepared) {
    return prepared.error();
  }
  session_due_ = *prepared ? MonoTime::max() : now.mono + kTokenPause;
  login_.emplace(std::move(login));
  return GoOnWithLogin(now);
}

Result<void> Connection::GoOnWithLogin(const Instant& now) {
  if (!login_->prepared() || !in_flight_.empty()) {
    return {};
  }
  Result<OwnRequest> request = login_->Next(*versions_, next_correlation_id_, options_.client_id);
  if (!request) {
    return request.error();
  }
  return SendOwn(std::move(*request), now);
}

void Connection::LoggedIn(const Instant& now) {
  session_due_ = login_->session() > Duration::zero()
                     ? now.mono + ShareOf(login_->session(), identity_.title)
                     : MonoTime::max();
  login_.reset();
  ready_ = true;
}

Result<void> Connection::KeepSession(const Instant& now) {
  if (now.mono >= session_due_) {
    if (!login_) {
      return BeginLogin(now);
    }
    const Result<bool> prepared = login_->Prepare(now);
    if (!prepared) {
      return prepared.error();
    }
    session_due_ = *prepared ? MonoTime::max() : now.mono + kTokenPause;
  }
  return login_ ? GoOnWithLogin(now) : Result<void>();
}

Connection::Stage Connection::stage() const {
  if (!transport_->established()) return Stage::kTls;
  if (!versions_) return Stage::kVersions;
  if (ready()) return Stage::kReady;
  return login_ && login_->prepared() ? Stage::kLogin : Stage::kToken;
}

Error Connection::ExplainEnd(const Error& error) const {
  if (error.reason() != Reason::kUnreachable || !transport_->established()) {
    return error;  // it says all that there is to say
  }
  std::string text = error.message();
  if (reader_.inside_frame()) {
    text += " in the middle of an answer";
  } else if (!received_) {
    text +=
        options_.security.UsesTls()
            ? " after the TLS handshake, before it answered anything; does it want a client "
              "certificate, or is it not a Kafka broker?"
            : " before it answered anything; a TLS listener, a connection limit, or not a Kafka "
              "broker?";
  } else if (login_ && !in_flight_.empty() && !in_flight_.front().ticket) {
    text += fmt::format(" in the middle of the login ({})", Name(in_flight_.front().api));
  } else if (ready() && !answered_call_ && !in_flight_.empty() && logins_ == nullptr) {
    text += " at the first request; does this listener ask for a login (SASL)?";
  }
  return {error.reason(), std::move(text)};
}

}  // namespace klaxon::kafka::wire
