#pragma once

#include <map>
#include <string>
#include <string_view>

#include "agent/kafka/wire/message.h"
#include "agent/simulator/cluster_state.h"
#include "agent/simulator/faults.h"
#include "agent/simulator/login.h"

namespace klaxon::simulator {

/// What one broker does with one request.
struct Reply {
  enum class Kind {
    kAnswer,
    kSilence,
    kClose,  ///< as Kafka does with what it cannot read or does not speak
  };

  Kind kind = Kind::kSilence;
  std::string frame{};
  Duration hold{};  ///< so long an answer is kept back
};

/// Newest versions offered, where they are less than what we can.
using VersionCaps = std::map<kafka::wire::ApiKey, int16_t>;

/// What a broker is asked to be while it answers.
struct BrokerRole {
  const ClusterState& state;
  const Broker& broker;
  const Faults& faults;
  const VersionCaps& caps;
  Login& login;  ///< of the connection
  MonoTime now{};
};

/// Answers one request: `body` is what follows the header. Bytes are hostile.
Reply AnswerRequest(const BrokerRole& role, const kafka::wire::RequestHeader& header,
                    std::string_view body);

/// The bytes of an answer, spoilt as the faults say.
std::string SpoilBytes(const Faults& faults, std::string frame);

}  // namespace klaxon::simulator
