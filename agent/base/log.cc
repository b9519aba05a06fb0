#include "agent/base/log.h"

#include <cstdlib>

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "agent/base/text.h"

namespace klaxon::log {
namespace {

constexpr size_t kLongestLine = 4'000;

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarning:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  std::abort();
}

spdlog::logger& Logger() {
  static const std::shared_ptr<spdlog::logger> logger = [] {
    auto made = std::make_shared<spdlog::logger>("klaxon",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
    made->set_level(spdlog::level::info);
    return made;
  }();
  return *logger;
}

}  // namespace

Result<Level> ParseLevel(std::string_view text) {
  if (text == "debug") {
    return Level::kDebug;
  }
  if (text == "info") {
    return Level::kInfo;
  }
  if (text == "warning") {
    return Level::kWarning;
  }
  if (text == "error") {
    return Level::kError;
  }
  return klaxon::Error(Reason::kInvalid,
                       fmt::format("\"{}\" is not a log level; it is debug, info, warning or error",
                                   Printable(text)));
}

void SetLevel(Level level) {
  Logger().set_level(ToSpdlog(level));
}

void Write(Level level, std::string_view subject, std::string_view text) {
  spdlog::logger& logger = Logger();
  if (logger.should_log(ToSpdlog(level))) {
    logger.log(ToSpdlog(level), "[{}] {}", subject, Printable(text, kLongestLine));
  }
}

}  // namespace klaxon::log
