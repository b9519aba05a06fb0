#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/secret.h"

namespace klaxon::http {

/// A bearer token (RFC 6750).
struct BearerToken {
  Secret value{};
  WallTime expires = WallTime::max();  ///< max(): not known
};

/// Gives the token of a request. Thread-safe.
class BearerSource {
 public:
  BearerSource() = default;
  BearerSource(const BearerSource&) = delete;
  BearerSource& operator=(const BearerSource&) = delete;
  virtual ~BearerSource() = default;

  /// A token that is good now; waits for one that is on its way, until `deadline` of the machine's
  /// clock or `stop`. Error: why there is none, for people, with what to try.
  virtual Result<BearerToken> Token(MonoTime deadline, const std::stop_token& stop) = 0;

  /// The service has refused this token: one that can be fetched anew should be, soon and without
  /// waiting here.
  virtual void Refused(const Secret& /*token*/) {}
};

/// A token that stands in the configuration, as `key`.
std::shared_ptr<BearerSource> WrittenToken(Secret token, std::string key);

/// A token in a file that something else renews: read again for each request.
std::shared_ptr<BearerSource> TokenInFile(std::string file);

/// A token that something else made. `place`: where it stands. Errors: kInvalid, it is none;
/// kUnauthorized, it has expired.
Result<BearerToken> JudgeToken(std::string text, const std::string& place, WallTime now);

/// JudgeToken of what is in the file now. Error, besides: kInvalid, it cannot be read.
Result<BearerToken> ReadTokenFile(const std::string& file, WallTime now);

}  // namespace klaxon::http
