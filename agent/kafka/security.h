#pragma once

#include <string>

#include "agent/base/secret.h"
#include "agent/tls/client_options.h"

namespace klaxon::kafka {

/// security.protocol of the listener that we connect to.
enum class SecurityProtocol { kPlaintext, kSsl, kSaslPlaintext, kSaslSsl };

/// sasl.mechanism. GSSAPI (Kerberos) and AWS_MSK_IAM are not spoken.
enum class SaslMechanism { kPlain, kScramSha256, kScramSha512, kOAuthBearer };

/// Where OAUTHBEARER tokens come from. Exactly one of `token`, `token_file` and
/// `token_endpoint_url` is set.
struct OAuthOptions {
  Secret token{};            ///< a token that never changes
  std::string token_file{};  ///< read again whenever a token is needed: something else renews it
  /// OpenID Connect's client credentials grant (RFC 6749 section 4.4): http or https.
  std::string token_endpoint_url{};
  std::string client_id{};
  Secret client_secret{};
  std::string scope{};       ///< empty: none is asked for
  std::string extensions{};  ///< "logicalCluster=lkc-1,identityPoolId=pool-1" (KIP-342)
  /// Id and secret are form-encoded before they become a login (RFC 6749 section 2.3.1). Java's
  /// clients and librdkafka do not unless they are told to.
  bool encode_login = false;
  tls::ClientOptions endpoint{};  ///< of the token endpoint, if it is https

  friend bool operator==(const OAuthOptions&, const OAuthOptions&) = default;
};

/// How a cluster is connected to. Plain data: what is set but not used by `protocol` and
/// `mechanism` is refused where the options are read.
struct SecurityOptions {
  SecurityProtocol protocol = SecurityProtocol::kPlaintext;
  tls::ClientOptions tls{};
  SaslMechanism mechanism = SaslMechanism::kPlain;
  std::string username{};
  Secret password{};
  OAuthOptions oauth{};

  bool UsesTls() const {
    return protocol == SecurityProtocol::kSsl || protocol == SecurityProtocol::kSaslSsl;
  }

  bool UsesSasl() const {
    return protocol == SecurityProtocol::kSaslPlaintext || protocol == SecurityProtocol::kSaslSsl;
  }

  friend bool operator==(const SecurityOptions&, const SecurityOptions&) = default;
};

}  // namespace klaxon::kafka
