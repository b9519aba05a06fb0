#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/kafka/properties.h"
#include "agent/kafka/security.h"
#include "agent/kafka/security_settings.h"

namespace klaxon::kafka {

/// Bytes of a client.id; brokers name metrics and quotas after it.
constexpr size_t kLongestClientId = 249;

/// What a Java client's properties file says that matters to us.
struct ClientProperties {
  std::string bootstrap_servers{};  ///< as it stands; empty: not given
  std::string client_id{};          ///< empty: not given
  SecurityOptions security{};
  std::vector<Setting> settings{};  ///< what `security` was made of; secrets among them
  /// Keys that have no effect here, with the reason, for one line in the log. Empty: none.
  std::string without_effect{};
  std::vector<PropertiesMistake> mistakes{};  ///< by line; none holds a secret
};

/// The first bytes of a file, at least four if it has them; empty if it cannot be read.
using Peek = std::function<std::string(const std::string& file)>;
std::string PeekFile(const std::string& file);

/// Reads a file such as Kafka's own tools take with --command-config: what a Java client's security
/// options say (https://kafka.apache.org/documentation/#adminclientconfigs), sasl.jaas.config
/// included. Keys without meaning for Klaxon are named in `without_effect`, unknown ones as well,
/// so that one file serves several programs. Stores are named, not read; `peek` tells JKS, which is
/// refused, from PKCS#12, because their type in the file is no proof (keytool writes PKCS#12 under
/// both names).
ClientProperties ReadClientProperties(std::string_view text, const Peek& peek = PeekFile);

}  // namespace klaxon::kafka
