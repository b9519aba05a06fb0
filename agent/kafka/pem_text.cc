#include "agent/kafka/pem_text.h"

#include <algorithm>

namespace klaxon::kafka {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";
constexpr size_t kLine = 64;

/// From `text` on to the end of the marker that it begins with ("-----BEGIN X-----"); empty if
/// that does not end.
std::string_view Marker(std::string_view text, std::string_view start) {
  const size_t dashes = text.find(kDashes, start.size());
  return dashes == std::string_view::npos ? "" : text.substr(0, dashes + kDashes.size());
}

std::string Wrapped(std::string_view body) {
  std::string letters(body);
  std::erase_if(letters, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  std::string lines;
  for (size_t i = 0; i < letters.size(); i += kLine) {
    lines += letters.substr(i, kLine) + "\n";
  }
  return lines;
}

}  // namespace

std::string WithPemLines(std::string_view text) {
  std::string lines;
  std::string_view rest = text;
  for (size_t begin = rest.find(kBegin); begin != std::string_view::npos;
       begin = rest.find(kBegin)) {
    rest.remove_prefix(begin);
    const std::string_view head = Marker(rest, kBegin);
    const size_t end = rest.find(kEnd);
    if (head.empty() || end == std::string_view::npos || end < head.size()) {
      return std::string(text);
    }
    const std::string_view body = rest.substr(head.size(), end - head.size());
    const std::string_view foot = Marker(rest.substr(end), kEnd);
    if (foot.empty() || body.find(':') != std::string_view::npos) {
      return std::string(text);
    }
    lines += std::string(head) + "\n" + Wrapped(body) + std::string(foot) + "\n";
    rest.remove_prefix(end + foot.size());
  }
  return lines.empty() ? std::string(text) : lines;
}

}  // namespace klaxon::kafka
