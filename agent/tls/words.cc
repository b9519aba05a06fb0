#include "agent/tls/words.h"

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"

namespace klaxon::tls {

namespace {

std::string Quoted(std::string_view text) {
  return fmt::format("\"{}\"", text);
}

/// "a, b and 3 more"
std::string List(const std::vector<std::string>& names) {
  constexpr size_t kMost = 5;
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kMost); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kMost) {
    text += fmt::format(" and {} more", names.size() - kMost);
  }
  return text.empty() ? "no name at all" : text;
}

/// Whose dates are wrong: the peer's own certificate, or one above it.
std::string Presents(const Rejected& rejected) {
  return rejected.first ? "presents a certificate that"
                        : fmt::format("presents a certificate whose authority {}",
                                      Quoted(rejected.certificate.subject));
}

Error WrongHost(const Scene& scene) {
  return {
      Reason::kUnauthorized,
      fmt::format("presents a certificate for {}, not for {}; connect by a name that it has, or "
                  "have one issued that has this name too",
                  List(scene.rejected->certificate.names), scene.host)};
}

Error UnknownAuthority(const Certificate& certificate) {
  if (certificate.subject == certificate.issuer) {
    return {
        Reason::kUnauthorized,
        fmt::format("presents a certificate that is not trusted: {} signed itself; add it to the "
                    "trusted certificates if it is the right one",
                    Quoted(certificate.subject))};
  }
  return {
      Reason::kUnauthorized,
      fmt::format("presents a certificate that is not trusted: {} was signed by {}, which is not "
                  "among the trusted authorities; add that authority's certificate to them",
                  Quoted(certificate.subject), Quoted(certificate.issuer))};
}

Error Untrusted(const Scene& scene) {
  const Rejected& rejected = *scene.rejected;
  const Certificate& certificate = rejected.certificate;
  switch (rejected.code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return WrongHost(scene);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {Reason::kUnauthorized, fmt::format("{} expired at {}; renew it", Presents(rejected),
                                                 FormatWallTime(certificate.not_after))};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {Reason::kUnauthorized,
              fmt::format("{} is valid only from {}; is a clock wrong, here or where it was made?",
                          Presents(rejected), FormatWallTime(certificate.not_before))};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return UnknownAuthority(certificate);
    default:
      return {
          Reason::kUnauthorized,
          fmt::format("presents a certificate ({}) that is not accepted: {}",
                      Quoted(certificate.subject), X509_verify_cert_error_string(rejected.code))};
  }
}

/// What the other side says of our certificate by its alert (RFC 8446 6.2).
Error RefusesOurs(const Scene& scene, std::string_view alert) {
  if (!scene.client) {
    return {Reason::kUnreachable,
            fmt::format("does not accept our certificate ({}); does it trust the authority that "
                        "signed it?",
                        alert)};
  }
  if (!scene.has_certificate) {
    return {Reason::kUnauthorized,
            fmt::format("wants a client certificate, and we have none ({}); set a certificate and "
                        "its key",
                        alert)};
  }
  return {
      Reason::kUnauthorized,
      fmt::format("refuses our client certificate ({}); it was signed by {}: does the other side "
                  "trust that, and is it still valid?",
                  alert, Quoted(scene.our_issuer))};
}

/// Whether this alert is about our certificate. A server of TLS 1.2 that wants one says
/// bad_certificate (Java) or handshake_failure (OpenSSL) when there is none.
bool IsAboutOurCertificate(int reason) {
  switch (reason) {
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
      return true;
    default:
      return false;
  }
}

bool IsAboutVersions(int reason) {
  switch (reason) {
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_VERSION_TOO_LOW:
    case SSL_R_VERSION_TOO_HIGH:
    case SSL_R_WRONG_SSL_VERSION:
      return true;
    default:
      return false;
  }
}

bool IsAboutCiphers(int reason) {
  switch (reason) {
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_GROUPS:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
      return true;
    default:
      return false;
  }
}

/// Whether the first bytes can be a TLS record (RFC 8446 5.1) of a kind that begins a connection.
bool LooksLikeTls(const Pipe& pipe) {
  constexpr char kAlert = 21;
  constexpr char kHandshake = 22;
  constexpr char kMajor = 3;
  return (pipe.first[0] == kAlert || pipe.first[0] == kHandshake) &&
         (pipe.received < 2 || pipe.first[1] == kMajor);
}

Error NotTls(const Scene& scene) {
  const std::string_view first(scene.pipe.first.data(),
                               std::min<size_t>(scene.pipe.received, scene.pipe.first.size()));
  const bool text =
      std::all_of(first.begin(), first.end(), [](char byte) { return byte >= ' ' && byte <= '~'; });
  const std::string begins =
      text ? fmt::format(" (it begins with {})", Quoted(first)) : std::string();
  if (!scene.client) {
    return {Reason::kBadAnswer, "does not speak TLS" + begins};
  }
  return {Reason::kBadAnswer,
          fmt::format("does not answer with TLS{}; is this a plain-text port?", begins)};
}

Error Ended(const Scene& scene) {
  const Pipe& pipe = scene.pipe;
  // OpenSSL answers an end with an alert, so a failed write may stand beside it.
  const std::string_view how = pipe.ended ? "closed" : "reset";
  if (pipe.established) {
    return {Reason::kUnreachable, fmt::format("{} the connection", how)};
  }
  if (pipe.received == 0 && scene.client) {
    return {Reason::kUnreachable,
            fmt::format("{} the connection at our TLS greeting; is this a plain-text port, or does "
                        "something between cut TLS?",
                        how)};
  }
  return {Reason::kUnreachable,
          fmt::format("{} the connection in the middle of the TLS handshake", how)};
}

Error ExplainSocket(const Scene& scene) {
  const Pipe& pipe = scene.pipe;
  if (pipe.too_much) {
    return {Reason::kBadAnswer, "sends without end in the TLS handshake"};
  }
  if (pipe.ended || pipe.error == ECONNRESET || pipe.error == EPIPE) {
    return Ended(scene);
  }
  return {Reason::kUnreachable, "lost: " + std::generic_category().message(pipe.error)};
}

Error ExplainAlert(const Scene& scene, int reason, const std::string& words) {
  if (IsAboutOurCertificate(reason)) {
    return RefusesOurs(scene, words);
  }
  if (IsAboutVersions(reason)) {
    return {
        Reason::kUnreachable,
        fmt::format("has no version of TLS in common with us ({}); ours are 1.2 and 1.3, unless "
                    "a least version is set",
                    words)};
  }
  if (IsAboutCiphers(reason)) {
    return {Reason::kUnreachable,
            fmt::format("agrees on no cipher with us, or wants a client certificate ({}); look at "
                        "the cipher suites of both sides",
                        words)};
  }
  if (reason == SSL_R_TLSV1_UNRECOGNIZED_NAME) {
    return {Reason::kUnreachable,
            fmt::format("has no certificate for the name {} ({})", scene.host, words)};
  }
  return {Reason::kBadAnswer, fmt::format("fails in TLS: {}", words)};
}

/// OpenSSL 3.0 says "sslv3 alert bad certificate" of TLS 1.2 too, 3.5 "ssl/tls alert ...": what
/// stands before the alert misleads.
std::string_view WithoutProtocol(std::string_view words) {
  const size_t alert = words.find(" alert ");
  return alert == std::string_view::npos ? words : words.substr(alert + 1);
}

}  // namespace

Error Explain(const Scene& scene) {
  const int reason = ERR_GET_REASON(ERR_peek_error());
  const char* known = ERR_reason_error_string(ERR_peek_error());
  const std::string words(known == nullptr ? "" : WithoutProtocol(known));
  ERR_clear_error();
  const bool socket = words.empty() || reason == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  if (scene.rejected && !socket) {
    return Untrusted(scene);
  }
  if (socket) {
    return ExplainSocket(scene);
  }
  if (!scene.pipe.established && scene.pipe.received > 0 && !LooksLikeTls(scene.pipe)) {
    return NotTls(scene);
  }
  return ExplainAlert(scene, reason, words);
}

}  // namespace klaxon::tls
