#pragma once

#include <string>
#include <vector>

#include "agent/base/result.h"
#include "agent/base/secret.h"
#include "agent/kafka/security.h"

namespace klaxon::kafka {

/// One call of rd_kafka_conf_set. The value is kept as a secret, since some are.
struct RdkafkaOption {
  std::string key{};
  Secret value{};
};

/// The same connection for librdkafka (2.8). Files are looked at here: what is PKCS#12 goes under
/// other names than PEM, and authorities in PKCS#12, which librdkafka does not read, are handed
/// over as PEM.
///
/// OAUTHBEARER tokens are not in it: whoever owns the handle gives it those of the TokenSource by
/// rd_kafka_oauthbearer_set_token. Nor is `min_version`, which librdkafka cannot be told; OpenSSL's
/// own minimum is 1.2. Error: kInvalid, a PKCS#12 file with authorities cannot be read.
Result<std::vector<RdkafkaOption>> ToRdkafka(const SecurityOptions& options);

}  // namespace klaxon::kafka
