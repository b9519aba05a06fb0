#include "agent/recovery/poison.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::recovery {
namespace {

/// Two failures compared.
struct Standing {
  Places places{};     ///< where it stood both times, if the cause was the same
  bool moved = false;  ///< it did elsewhere
};

Standing Compare(std::string_view before, std::string_view now) {
  const std::vector<std::string_view> then = Split(before, '\n');
  const std::vector<std::string_view> places = Split(now, '\n');
  if (then.empty() || places.empty() || then.front() != places.front()) {
    return {};
  }
  const Places stood(then.begin() + 1, then.end());
  Standing standing;
  for (auto place = places.begin() + 1; place != places.end(); ++place) {
    if (stood.contains(*place)) {
      standing.places.emplace(*place);
    }
  }
  standing.moved = standing.places.size() != std::max(then.size(), places.size()) - 1;
  return standing;
}

Places InBoth(const Places& one, const Places& other) {
  Places both;
  std::ranges::set_intersection(one, other, std::inserter(both, both.end()));
  return both;
}

/// "orders-0@17, orders-3@5 and 2 more".
std::string WordsOf(const Places& places) {
  constexpr size_t kMostTold = 3;
  std::string words;
  size_t told = 0;
  for (const std::string& place : places) {
    if (++told <= kMostTold) {
      words += fmt::format("{}{}", words.empty() ? "" : ", ", place);
    }
  }
  return told > kMostTold ? fmt::format("{} and {} more", words, told - kMostTold) : words;
}

/// Whether it stands yet at one of the places that were told.
bool StandsThere(std::string_view words, const std::string& place) {
  const std::string list = fmt::format(", {}, ", words);
  return std::ranges::any_of(Split(place, '\n'), [&](std::string_view line) {
    return list.find(fmt::format(", {}, ", line)) != std::string::npos ||
           list.find(fmt::format(", {} and ", line)) != std::string::npos;
  });
}

/// What it needs was away, or others were in its way: the record at which it stands has no part in
/// that, however often it fails there.
bool IsElsewhere(FailureClass failure) {
  return failure == FailureClass::kTransient || failure == FailureClass::kDependency;
}

}  // namespace

/// Of a sink any task may come upon the record: which one does differs from restart to restart.
std::string CauseOf(const Subject& subject) {
  const Item* worst = subject.worst();
  return worst->fingerprint == 0 || subject.place.empty()
             ? ""
             : fmt::format("{} {:016x}\n{}", subject.sink ? -1 : worst->id, worst->fingerprint,
                           subject.place);
}

void TakeFailure(const Subject& subject, uint32_t attempts, PoisonMemory& memory) {
  std::string cause = CauseOf(subject);
  const Places before = std::exchange(memory.stood, {});
  if (!subject.place.empty() && !StandsThere(memory.found, subject.place)) {
    memory.found.clear();  // somebody has let it skip the record: this is another failure
  }
  if (attempts > 0 && !IsElsewhere(subject.worst()->failure)) {
    Standing standing = Compare(memory.last_cause, cause);
    const bool again = attempts > 1;  // tasks fail one after the other after one restart
    const Places guilty = !standing.moved ? standing.places
                          : again         ? InBoth(standing.places, before)
                                          : Places{};
    memory.found = guilty.empty() ? memory.found : WordsOf(guilty);
    memory.stood = std::move(standing.places);
  }
  memory.last_cause = std::move(cause);
}

}  // namespace klaxon::recovery
