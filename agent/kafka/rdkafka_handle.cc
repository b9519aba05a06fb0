#include "agent/kafka/rdkafka_handle.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/kafka/rdkafka_options.h"

namespace klaxon::kafka {
namespace {

/// The text without the secret, if a library should ever repeat it.
std::string Without(const Secret& secret, std::string text) {
  constexpr size_t kShortest = 4;  // what is shorter is part of ordinary words
  if (secret.Reveal().size() < kShortest) {
    return text;
  }
  for (size_t at = 0; (at = text.find(secret.Reveal(), at)) != std::string::npos;) {
    text.replace(at, secret.Reveal().size(), "<secret>");
  }
  return text;
}

int64_t MillisecondsOf(WallTime at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

std::vector<RdkafkaOption> OwnOptions(const RecordReaderOptions& options) {
  constexpr size_t kLeast = size_t{1} << 20U;  // librdkafka wants room for message.max.bytes
  const size_t fetch = std::max(options.fetch_bytes, size_t{1024});
  const size_t most = std::max({options.most_waiting, fetch, kLeast});
  const auto option = [](std::string key, const auto& value) {
    return RdkafkaOption{.key = std::move(key), .value = Secret(fmt::format("{}", value))};
  };
  return {option("bootstrap.servers", Joined(options.bootstrap)),
          option("client.id", options.client_id),
          // Memory: what waits for us, one answer that is being read, and no more.
          option("fetch.message.max.bytes", fetch), option("fetch.max.bytes", most),
          option("receive.message.max.bytes", most + 512), option("queued.min.messages", 1000),
          option("queued.max.messages.kbytes", std::max(options.most_waiting / 1024, size_t{1})),
          option("isolation.level", options.committed_only ? "read_committed" : "read_uncommitted"),
          option("enable.partition.eof", "true"), option("enable.auto.commit", "false"),
          option("auto.offset.reset", "error"),  // an offset that is gone is told, not guessed
          option("allow.auto.create.topics", "false"),
          option("topic.metadata.propagation.max.ms", 3000),
          option("enable.metrics.push", "false"),  // KIP-714 would write to the cluster
          option("log.connection.close", "false"), option("reconnect.backoff.max.ms", 5000),
          option("socket.keepalive.enable", "true")};
}

/// librdkafka's sentence without its counters, which differ each time, and with what to look at.
Error InWords(Reason reason, std::string why) {
  why = why.substr(0, why.find(" (after "));
  if (reason == Reason::kUnreachable) {
    why += "; is the address right, and does a broker listen there?";
  }
  return {reason, std::move(why)};
}

}  // namespace

std::string Joined(const std::vector<HostPort>& addresses) {
  std::string text;
  for (const HostPort& address : addresses) {
    text += (text.empty() ? "" : ",") + ToString(address);
  }
  return text;
}

Reason ReasonOf(rd_kafka_resp_err_t code) {
  struct Row {
    rd_kafka_resp_err_t code;
    Reason reason;
  };

  constexpr std::array<Row, 17> kRows{{
      {RD_KAFKA_RESP_ERR__TIMED_OUT, Reason::kTimeout},
      {RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, Reason::kTimeout},
      {RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, Reason::kTimeout},
      {RD_KAFKA_RESP_ERR__TRANSPORT, Reason::kUnreachable},
      {RD_KAFKA_RESP_ERR__RESOLVE, Reason::kUnreachable},
      {RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, Reason::kUnreachable},
      {RD_KAFKA_RESP_ERR__AUTHENTICATION, Reason::kUnauthorized},
      {RD_KAFKA_RESP_ERR__SSL, Reason::kUnauthorized},
      {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, Reason::kUnauthorized},
      {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, Reason::kUnauthorized},
      {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, Reason::kUnauthorized},
      {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, Reason::kRefused},
      {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, Reason::kRefused},
      {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, Reason::kRefused},
      {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, Reason::kRefused},
      {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, Reason::kRefused},
      {RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, Reason::kRefused},
  }};
  const auto* const found = std::ranges::find(kRows, code, &Row::code);
  return found == kRows.end() ? Reason::kBadAnswer : found->reason;
}

void RdkafkaEars::Attach(rd_kafka_conf_t* conf) {
  rd_kafka_conf_set_opaque(conf, this);
  rd_kafka_conf_set_log_cb(conf, &OnLog);
  rd_kafka_conf_set_error_cb(conf, &OnError);
  if (tokens_ != nullptr) {
    rd_kafka_conf_set_oauthbearer_token_refresh_cb(conf, &OnTokenWanted);
    rd_kafka_conf_enable_sasl_queue(conf, 1);  // for the thread that MakeConsumer asks for
  }
}

std::optional<Error> RdkafkaEars::Failure() const {
  const Lock lock(mutex_);
  return failure_;
}

void RdkafkaEars::Well() {
  const Lock lock(mutex_);
  failure_.reset();
}

void RdkafkaEars::OnLog(const rd_kafka_t* handle, int level, const char* facility,
                        const char* line) {
  const auto* self = static_cast<const RdkafkaEars*>(rd_kafka_opaque(handle));
  constexpr int kCritical = 2;  // syslog's; what is less bad comes by OnError and is told once
  log::Write(level <= kCritical ? log::Level::kError : log::Level::kDebug,
             "kafka/" + self->cluster_,
             Without(self->password_, fmt::format("librdkafka {}: {}", facility, line)));
}

void RdkafkaEars::OnError(rd_kafka_t* /*handle*/, int code, const char* why, void* opaque) {
  auto* self = static_cast<RdkafkaEars*>(opaque);
  const auto number = static_cast<rd_kafka_resp_err_t>(code);
  const Lock lock(self->mutex_);
  if (number == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN && self->failure_) {
    return;  // it was told already why each is
  }
  self->failure_ = InWords(ReasonOf(number), Without(self->password_, Printable(why)));
}

void RdkafkaEars::OnTokenWanted(rd_kafka_t* handle, const char* /*config*/, void* opaque) {
  static_cast<RdkafkaEars*>(opaque)->GiveToken(handle);
}

void RdkafkaEars::GiveToken(rd_kafka_t* handle) {
  const Instant now = clock_.Now();
  const std::optional<Result<Token>> token = tokens_->Current(now);
  if (!token || !*token) {
    // It asks again after 10 s.
    const std::string why = token ? token->error().message() : "the token is still being fetched";
    rd_kafka_oauthbearer_set_token_failure(handle, why.c_str());
    return;
  }
  constexpr auto kUnknownLife = std::chrono::minutes{5};  // then it asks for the next
  const Token& given = **token;
  const WallTime expires =
      given.expires == WallTime::max() ? now.wall + kUnknownLife : given.expires;
  std::vector<std::string> texts;  // "a=1,b=2" as a, 1, b, 2
  for (const std::string_view pair : Split(oauth_.extensions, ',')) {
    const size_t equals = pair.find('=');
    if (equals != std::string_view::npos) {
      texts.emplace_back(pair.substr(0, equals));
      texts.emplace_back(pair.substr(equals + 1));
    }
  }
  std::vector<const char*> extensions;
  extensions.reserve(texts.size());
  for (const std::string& text : texts) {
    extensions.push_back(text.c_str());
  }
  std::array<char, 512> wrong{};
  if (rd_kafka_oauthbearer_set_token(handle, given.value.Reveal().c_str(), MillisecondsOf(expires),
                                     "klaxon", extensions.data(), extensions.size(), wrong.data(),
                                     wrong.size()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_oauthbearer_set_token_failure(handle, wrong.data());
  }
}

Result<Rdkafka<rd_kafka_t>> MakeConsumer(const RecordReaderOptions& options, RdkafkaEars& ears) {
  const Result<std::vector<RdkafkaOption>> security = ToRdkafka(options.security);
  if (!security) {
    return security.error();
  }
  Rdkafka<rd_kafka_conf_t> conf(rd_kafka_conf_new());
  std::array<char, 512> wrong{};
  const auto set = [&](const std::vector<RdkafkaOption>& wanted) {
    return std::ranges::all_of(wanted, [&](const RdkafkaOption& option) {
      return rd_kafka_conf_set(conf.get(), option.key.c_str(), option.value.Reveal().c_str(),
                               wrong.data(), wrong.size()) == RD_KAFKA_CONF_OK;
    });
  };
  if (!set(OwnOptions(options)) || !set(*security)) {
    return Error(Reason::kInvalid, Without(options.security.password, Printable(wrong.data())));
  }
  ears.Attach(conf.get());
  Rdkafka<rd_kafka_t> handle(
      rd_kafka_new(RD_KAFKA_CONSUMER, conf.get(), wrong.data(), wrong.size()));
  if (handle == nullptr) {
    return Error(Reason::kInvalid, Without(options.security.password, Printable(wrong.data())));
  }
  conf.release();  // NOLINT(bugprone-unused-return-value): it is the handle's now
  if (options.tokens != nullptr) {
    // Tokens are given by a thread of librdkafka: ours may be waiting for an answer.
    const Rdkafka<rd_kafka_error_t> refused(
        rd_kafka_sasl_background_callbacks_enable(handle.get()));
    if (refused != nullptr) {
      return Error(Reason::kInternal, rd_kafka_error_string(refused.get()));
    }
  }
  return handle;
}

}  // namespace klaxon::kafka
