#pragma once

#include <string_view>

#include <fmt/core.h>

#include "agent/base/result.h"

/// A thin face over spdlog: its own headers cost more than a second a file.
/// Lines go to standard error: "2026-01-31T12:00:00.000Z warning [kafka/main] text".
namespace klaxon::log {

enum class Level { kDebug, kInfo, kWarning, kError };

/// "debug", "info", "warning" or "error". Error: kInvalid, naming these.
Result<Level> ParseLevel(std::string_view text);

void SetLevel(Level level);

/// Writes one line if `level` is enabled. `subject` says who speaks, e.g. "kafka/main".
/// Control characters in the text are replaced: it may hold bytes from outside. Thread-safe.
void Write(Level level, std::string_view subject, std::string_view text);

template <class... Args>
void Debug(std::string_view subject, fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kDebug, subject, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void Info(std::string_view subject, fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kInfo, subject, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void Warning(std::string_view subject, fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kWarning, subject, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void Error(std::string_view subject, fmt::format_string<Args...> format, Args&&... args) {
  Write(Level::kError, subject, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace klaxon::log
