#include "agent/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <numeric>

#include <fmt/format.h>

namespace klaxon {
namespace {

/// Bytes of a UTF-8 sequence by its first byte (RFC 3629); 0: none begins so.
size_t LengthByLead(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return 3;
  }
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/// Whether the first two bytes are those of an overlong form, a surrogate or beyond U+10FFFF.
bool IsForbidden(unsigned char lead, unsigned char second) {
  return (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90) ||
         (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
}

/// Length of the valid UTF-8 sequence that `bytes` begins with, 0 if there is none.
size_t Utf8Length(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const size_t length = LengthByLead(byte(0));
  if (length < 2) {
    return length;
  }
  if (bytes.size() < length || IsForbidden(byte(0), byte(1))) {
    return 0;
  }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  return length;
}

struct CodeRange {
  char32_t first = 0;
  char32_t last = 0;
};

// Unicode 15: category Cf as far as it hides or reorders (UAX 9), line separators, and C1.
constexpr std::array<CodeRange, 11> kHidden{{{0x80, 0x9F},
                                             {0xAD, 0xAD},
                                             {0x61C, 0x61C},
                                             {0x180E, 0x180E},
                                             {0x200B, 0x200F},
                                             {0x2028, 0x202E},
                                             {0x2060, 0x206F},
                                             {0xFEFF, 0xFEFF},
                                             {0xFFF9, 0xFFFB},
                                             {0x1D173, 0x1D17A},
                                             {0xE0000, 0xE007F}}};

/// The code point of one valid sequence of two bytes or more.
char32_t CodePointOf(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence.front());
  char32_t code = lead & (0x7FU >> sequence.size());
  for (const char next : sequence.substr(1)) {
    code = (code << 6U) | (static_cast<unsigned char>(next) & 0x3FU);
  }
  return code;
}

/// Adds one valid sequence so that it is seen.
void AddVisibly(std::string_view sequence, std::string& text) {
  const char32_t code = sequence.size() < 2 ? 0 : CodePointOf(sequence);
  const bool hidden = std::ranges::any_of(
      kHidden, [&](const CodeRange& range) { return code >= range.first && code <= range.last; });
  text += hidden ? fmt::format("<U+{:04X}>", static_cast<uint32_t>(code)) : std::string(sequence);
}

size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    if (const std::string_view part = Trim(text.substr(0, end)); !part.empty()) {
      parts.push_back(part);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr size_t kLongestWord = 100;  // the distance is quadratic and the word comes from outside
  std::string_view best;
  size_t best_distance = std::max<size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    if (word.size() > kLongestWord) {
      break;
    }
    if (const size_t distance = EditDistance(word, candidate); distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string ToUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t length = Utf8Length(bytes);
    text += length == 0 ? std::string_view("\xEF\xBF\xBD") : bytes.substr(0, length);
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return text;
}

std::string ShowHidden(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const size_t length = std::max<size_t>(Utf8Length(text), 1);
    AddVisibly(text.substr(0, length), shown);
    text.remove_prefix(length);
  }
  return shown;
}

std::string Printable(std::string_view bytes, size_t limit) {
  std::string text;
  while (!bytes.empty()) {
    const size_t length = Utf8Length(bytes);
    if (text.size() + std::max<size_t>(length, 1) > limit) {
      return text + "...";
    }
    const auto first = static_cast<unsigned char>(bytes.front());
    if (length == 0 || first < 0x20 || first == 0x7F) {
      text += '?';
    } else {
      AddVisibly(bytes.substr(0, length), text);
    }
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return text;
}

Result<HostPort> ParseHostPort(std::string_view text, uint16_t default_port) {
  const auto wrong = [&] {
    return Error(Reason::kInvalid,
                 fmt::format("\"{}\" is not an address; write host:port, for example "
                             "127.0.0.1:9092 or [::1]:9092",
                             Printable(text)));
  };
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const size_t close = text.find(']');
    if (close == std::string_view::npos) {
      return wrong();
    }
    host = text.substr(1, close - 1);
    port = text.substr(close + 1);
    if (!port.empty() && !port.starts_with(':')) {
      return wrong();
    }
  } else if (const size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
    if (host.find(':') != std::string_view::npos) {  // an IPv6 address needs its brackets
      return wrong();
    }
  }
  HostPort address{.host = std::string(host), .port = default_port};
  if (!port.empty()) {
    port.remove_prefix(1);
    const auto [end, failure] =
        std::from_chars(port.data(), port.data() + port.size(), address.port);
    if (failure != std::errc{} || end != port.data() + port.size()) {
      return wrong();
    }
  } else if (default_port == 0) {
    return wrong();
  }
  if (host.find_first_of(" /\t\r\n") != std::string_view::npos) {
    return wrong();
  }
  return address;
}

std::string ToString(const HostPort& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", v6 ? "[" : "", address.host, v6 ? "]" : "", address.port);
}

}  // namespace klaxon
