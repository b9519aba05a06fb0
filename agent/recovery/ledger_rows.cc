#include "agent/recovery/ledger_rows.h"

#include <charconv>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::recovery {
namespace {

using state::IntegerOf;
using state::Row;
using state::TextOf;

constexpr auto kLongestHold = std::chrono::hours{24};  // as the configuration allows

/// The cause, then the positions, a line each.
std::string LinesOf(const FailureMark& mark) {
  return mark.cause.empty() ? "" : fmt::format("{}\n{}", mark.cause, LinesOf(mark.positions));
}

FailureMark MarkIn(std::string_view text) {
  const size_t end = std::min(text.find('\n'), text.size());
  return {.cause = std::string(text.substr(0, end)), .positions = PositionsIn(text.substr(end))};
}

/// "-1 0 2".
std::string WordsOf(const Failures& items) {
  std::string words;
  for (const auto& [item, failures] : items) {
    words += fmt::format("{}{}", words.empty() ? "" : " ", item);
  }
  return words;
}

/// How often each had failed is counted anew.
Failures ItemsIn(std::string_view words) {
  Failures items;
  for (const std::string_view word : Split(words, ' ')) {
    int32_t id = 0;
    if (std::from_chars(word.data(), word.data() + word.size(), id).ec == std::errc()) {
      items[id] = 0;
    }
  }
  return items;
}

uint32_t CountIn(const Row& row, size_t column) {
  return static_cast<uint32_t>(std::clamp<int64_t>(IntegerOf(row, column), 0, 1'000'000));
}

std::optional<Instant> MomentIn(const Row& row, size_t column, const Instant& now,
                                Duration latest) {
  return state::IsNull(row, column)
             ? std::nullopt
             : std::optional(InstantOf(state::MomentOf(row, column), now, latest));
}

}  // namespace

Row RowOf(const ConnectorMemory& memory) {
  if (memory.attempts.count == 0 && !memory.quarantine.holds && memory.poison.found.empty() &&
      memory.hold.misses == 0 && !memory.hold.until && memory.configuration.changes == 0) {
    return {};
  }
  return {static_cast<int64_t>(memory.configuration.hash),
          int64_t{memory.quarantine.holds},
          int64_t{memory.attempts.count},
          MillisecondsOrNull(memory.attempts.last),
          LinesOf(memory.poison.last),
          LinesOf(memory.poison.found),
          int64_t{memory.hold.misses},
          MillisecondsOrNull(memory.hold.until),
          memory.hold.why,
          int64_t{memory.configuration.changes},
          MillisecondsOrNull(memory.configuration.changed_at),
          WordsOf(memory.own.left)};
}

void TakeRow(const Row& row, size_t first, const Instant& now, ConnectorMemory& memory) {
  size_t column = first;
  memory.restored = true;
  memory.configuration.hash = static_cast<uint64_t>(IntegerOf(row, column++));
  memory.quarantine.holds = IntegerOf(row, column++) != 0;
  memory.attempts.count = CountIn(row, column++);
  memory.attempts.last = MomentIn(row, column++, now, {});
  memory.poison.last = MarkIn(TextOf(row, column++));
  memory.poison.found = PositionsIn(TextOf(row, column++));
  memory.hold.misses = CountIn(row, column++);
  memory.hold.until = MomentIn(row, column++, now, kLongestHold);
  memory.hold.why = TextOf(row, column++);
  memory.configuration.changes = CountIn(row, column++);
  memory.configuration.changed_at = MomentIn(row, column++, now, {});
  memory.own.left = ItemsIn(TextOf(row, column));
}

Row RowOf(const Journal& journal) {
  // While it is hit again and again its time moves on; that is not worth a write each time.
  constexpr int64_t kStep = 15'000;
  const BreakerMemory& breaker = journal.breaker;
  const int64_t exact = Milliseconds(breaker.since.wall);
  const int64_t since = breaker.state == BreakerState::kClosed ? 0
                        : breaker.state == BreakerState::kOpen ? (exact / kStep + 1) * kStep
                                                               : exact;
  return {journal.cluster_id,
          static_cast<int64_t>(breaker.state),
          since,
          breaker.why,
          breaker.canary,
          journal.denied,
          MillisecondsOrNull(journal.denied_until),
          journal.unanswered,
          MillisecondsOrNull(journal.unanswered_until)};
}

void TakeRow(const Row& row, const Instant& now, Journal& journal) {
  const auto breaker = std::clamp<int64_t>(IntegerOf(row, 1), 0, kBreakerStates - 1);
  journal.cluster_id = TextOf(row, 0);
  journal.breaker = {.state = static_cast<BreakerState>(breaker),
                     .since = InstantOf(state::MomentOf(row, 2), now, {}),
                     .why = TextOf(row, 3),
                     .canary = TextOf(row, 4)};
  journal.denied = TextOf(row, 5);
  journal.denied_until = MomentIn(row, 6, now, kLongestHold);
  journal.unanswered = TextOf(row, 7);
  journal.unanswered_until = MomentIn(row, 8, now, kLongestHold);
}

}  // namespace klaxon::recovery
