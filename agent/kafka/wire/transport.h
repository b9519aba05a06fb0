#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "agent/base/descriptor.h"
#include "agent/base/result.h"

namespace klaxon::kafka::wire {

/// The bytes of one connection. The seam where TLS comes between: it may answer "not now" to a read
/// while it shakes hands, and may want to write in order to read. Errors are predicates for the
/// other side's title; what is not kUnreachable says all that there is to say.
class Transport {
 public:
  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;

  virtual int fd() const = 0;

  /// What poll() is to wait for, when there is (or is not) something to write.
  virtual short Events(bool has_output) const = 0;

  /// Bytes go through: TLS has shaken hands.
  virtual bool established() const { return true; }

  /// Bytes can be read although the socket has none: poll() would wait in vain.
  virtual bool has_more() const { return false; }

  /// How many bytes were read; 0: none there now. Error: kUnreachable, the other side closed it.
  virtual Result<size_t> Read(std::span<char> into) = 0;

  /// How many bytes were taken; 0: none now. Error: kUnreachable, the other side closed it.
  virtual Result<size_t> Write(std::string_view bytes) = 0;
};

/// REQUIRES: `socket` is connected and non-blocking.
std::unique_ptr<Transport> PlainTransport(Descriptor socket);

}  // namespace klaxon::kafka::wire
