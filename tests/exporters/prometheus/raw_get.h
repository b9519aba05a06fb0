#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace klaxon::testing {

struct RawAnswer {
  std::string head{};  ///< status line and headers, as they came
  std::string body{};  ///< without the framing of chunks, still compressed if it was

  /// Whether a header line begins like this, without regard to case.
  bool Has(std::string_view header) const;
};

/// GET over a plain socket to 127.0.0.1, with nothing in between that could unpack or repair what
/// comes. `accept_encoding` empty: the header is not sent. Empty answer: it did not come within 20
/// s.
RawAnswer RawGet(uint16_t port, std::string_view path, std::string_view accept_encoding);

/// The same, thrown away as it comes: how many bytes it was, with head and framing.
size_t DrainGet(uint16_t port, std::string_view path, std::string_view accept_encoding);

}  // namespace klaxon::testing
