#include "agent/recovery/classify.h"

#include <array>
#include <cstdlib>
#include <optional>
#include <string>

#include "agent/connect/trace.h"
#include "agent/recovery/known.h"
#include "agent/recovery/pattern.h"

namespace klaxon::recovery {

struct Classifier::Custom {
  Pattern pattern;
  FailureClass failure = FailureClass::kUnknown;
};

namespace {

/// All parts of `words`, in their order.
bool Holds(std::string_view line, std::string_view words) {
  while (true) {
    const size_t star = words.find('*');
    const std::string_view part = words.substr(0, star);
    const size_t at = line.find(part);
    if (at == std::string_view::npos) {
      return false;
    }
    if (star == std::string_view::npos) {
      return true;
    }
    line.remove_prefix(at + part.size());
    words.remove_prefix(star + 1);
  }
}

/// The first built-in pattern that knows the line.
std::optional<FailureClass> KnownLine(std::string_view line) {
  static const std::array<std::span<const Known>, 4> tables{KnownOfKafka(), KnownOfDatabases(),
                                                            KnownOfStores(), KnownOfJava()};
  for (const std::span<const Known> table : tables) {
    for (const Known& known : table) {
      if (Holds(line, known.words)) {
        return known.failure;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

Classifier::Classifier(const std::vector<CustomPattern>& patterns) {
  auto custom = std::make_shared<std::vector<Custom>>();
  for (const CustomPattern& pattern : patterns) {
    if (Result<Pattern> compiled = Pattern::Make(pattern.match); compiled) {
      custom->push_back({*std::move(compiled), pattern.failure});
    }
  }
  custom_ = std::move(custom);
}

FailureClass Classifier::ClassOf(const ConnectFailureRef& failure) const {
  if (failure == nullptr) {
    return FailureClass::kUnknown;
  }
  std::vector<std::string> lines{failure->exception + ": " + failure->message};
  lines.insert(lines.end(), failure->around.rbegin(), failure->around.rend());
  for (const Custom& custom : *custom_) {
    for (const std::string& line : lines) {
      if (custom.pattern.FoundIn(line)) {
        return custom.failure;
      }
    }
  }
  std::optional<FailureClass> deepest;
  for (const std::string& line : lines) {
    const std::optional<FailureClass> known = KnownLine(line);
    if (known == FailureClass::kDataLossRisk) {
      return *known;
    }
    deepest = deepest ? deepest : known;
  }
  return deepest.value_or(FailureClass::kUnknown);
}

std::string_view AdviceFor(FailureClass failure) {
  switch (failure) {
    case FailureClass::kUnknown:
      return "read the trace; a pattern under recovery.patterns makes its kind known";
    case FailureClass::kTransient:
      return "a restart usually helps";
    case FailureClass::kDependency:
      return "look at what it connects to: is it up, reachable, and not full?";
    case FailureClass::kConfiguration:
      return "change the connector's configuration, or make what it points to";
    case FailureClass::kAuthorization:
      return "renew its credentials or grant what is denied; more tries may lock the account";
    case FailureClass::kPoisonRecord:
      return "skip the record: errors.tolerance=all with a dead letter topic, or move the offset "
             "past it";
    case FailureClass::kDataLossRisk:
      return "the place it would go on from is gone: data may be lost; take a new snapshot, or "
             "restore what was removed, before it is restarted";
    case FailureClass::kOutOfMemory:
      return "give the worker more heap or the connector smaller batches; other connectors of that "
             "worker may be hurt too";
    case FailureClass::kPluginMissing:
      return "install the plugin, driver or version that it needs on every worker";
  }
  std::abort();
}

}  // namespace klaxon::recovery
