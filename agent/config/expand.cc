#include "agent/config/expand.h"

#include <cstdlib>

#include <fmt/format.h>

namespace klaxon::config {
namespace {

bool IsVariableName(std::string_view name) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
  constexpr std::string_view kDigits = "0123456789";
  for (const char c : name) {
    if (kLetters.find(c) == std::string_view::npos && kDigits.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return !name.empty() && kDigits.find(name.front()) == std::string_view::npos;
}

/// `inside`: what is between the braces, "NAME" or "NAME:-default".
Result<std::string> Variable(std::string_view inside, const Environment& environment) {
  const size_t mark = inside.find(":-");
  const std::string name(inside.substr(0, mark));
  if (!IsVariableName(name)) {
    // What stands there is not shown: it may be a piece of a password.
    return Error(Reason::kInvalid,
                 "\"${...}\" does not name an environment variable; write ${NAME} or "
                 "${NAME:-default}, and $$ for a plain $");
  }
  std::optional<std::string> value = environment(name);
  if (mark != std::string_view::npos && (!value || value->empty())) {
    return std::string(inside.substr(mark + 2));
  }
  if (!value) {
    return Error(Reason::kInvalid,
                 fmt::format("the environment variable {0} is not set; set it, or write "
                             "${{{0}:-default}}",
                             name));
  }
  return *std::move(value);
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    // Nothing in this program changes the environment, so that reading it is safe.
    const char* const value = std::getenv(name.c_str());  // NOLINT(concurrency-mt-unsafe)
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Result<std::string> Expand(std::string_view text, const Environment& environment) {
  std::string expanded;
  while (!text.empty()) {
    const size_t dollar = text.find('$');
    expanded += text.substr(0, dollar);
    if (dollar == std::string_view::npos) {
      break;
    }
    text.remove_prefix(dollar);
    if (text.starts_with("${")) {
      const size_t close = text.find('}');
      if (close == std::string_view::npos) {
        return Error(Reason::kInvalid, "\"${\" without its \"}\"; write $$ for a plain $");
      }
      Result<std::string> value = Variable(text.substr(2, close - 2), environment);
      if (!value) {
        return value;
      }
      expanded += *value;
      text.remove_prefix(close + 1);
    } else {
      expanded += '$';
      text.remove_prefix(text.starts_with("$$") ? 2 : 1);
    }
  }
  return expanded;
}

}  // namespace klaxon::config
