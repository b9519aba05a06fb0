#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/descriptor.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/kafka/wire/resolver.h"

namespace klaxon::kafka::wire {

/// One attempt to reach an address: the name look-up, then its addresses one after the other, each
/// with its share of the time. Confined to the I/O thread.
class Dial {
 public:
  Dial(HostPort address, Resolver& resolver, MonoTime deadline);

  /// To be watched for writing; -1 while the name is looked up.
  int fd() const { return socket_.get(); }

  /// When Advance must be called at the latest.
  MonoTime due() const { return share_ends_; }

  /// True after a failure if no address was ever tried.
  bool name_unknown() const { return name_unknown_; }

  /// A connected socket (non-blocking, without Nagle's delay, with keep-alive), an error, or empty:
  /// not yet. Errors: kTimeout; kUnreachable (refused, no route, no such name).
  std::optional<Result<Descriptor>> Advance(MonoTime now);

 private:
  std::optional<Result<Descriptor>> AdvanceLookup(MonoTime now);
  std::optional<Result<Descriptor>> AdvanceConnect(MonoTime now);
  std::optional<Result<Descriptor>> Next(MonoTime now);
  /// Starts to connect; a failure at once is the error.
  Result<Descriptor> Start(SocketAddress address) const;
  void Note(const SocketAddress& address, Reason reason, const std::string& failure);

  HostPort address_;
  MonoTime deadline_;
  MonoTime share_ends_;
  std::shared_ptr<const Lookup> lookup_;
  Addresses left_{};  ///< not tried yet, in reverse order
  SocketAddress current_{};
  Descriptor socket_{};
  bool name_unknown_ = false;
  std::optional<Error> failure_{};
};

/// "127.0.0.1" or "::1".
std::string ToString(const SocketAddress& address);

}  // namespace klaxon::kafka::wire
