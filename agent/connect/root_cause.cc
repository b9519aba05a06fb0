#include "agent/connect/root_cause.h"

#include "agent/base/text.h"

namespace klaxon::connect {
namespace {

constexpr std::string_view kCausedBy = "Caused by: ";
constexpr size_t kLongest = 400;

}  // namespace

std::string RootCause(std::string_view trace) {
  std::string_view first;
  std::string_view cause;
  while (!trace.empty()) {
    const size_t end = trace.find('\n');
    const std::string_view line = trace.substr(0, end);
    trace.remove_prefix(end == std::string_view::npos ? trace.size() : end + 1);
    if (first.empty()) {
      first = Trim(line);
    }
    if (line.starts_with(kCausedBy)) {
      cause = Trim(line.substr(kCausedBy.size()));
    }
  }
  return Printable(cause.empty() ? first : cause, kLongest);
}

}  // namespace klaxon::connect
