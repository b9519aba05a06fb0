#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/recovery/ledger.h"

namespace klaxon::recovery {
namespace {

using state::IntegerOf;
using state::Row;
using state::TextOf;

LogEntry EntryOf(const Row& row, std::string words) {
  return {.at = state::MomentOf(row, 0),
          .cluster = TextOf(row, 1),
          .connect = TextOf(row, 2),
          .connector = TextOf(row, 3),
          .words = std::move(words)};
}

/// "restart 2: accepted (202, RESTARTING); recovered after 8.2 s: it runs, and its data moves".
std::string AttemptInWords(const Row& row) {
  const std::string outcome = TextOf(row, 5);
  const std::string verdict = TextOf(row, 7);
  std::string words =
      fmt::format("restart {}: {} ({})", IntegerOf(row, 4),
                  outcome.empty() ? "sent, no answer yet" : outcome, TextOf(row, 6));
  if (!verdict.empty()) {
    constexpr double kMilli = 1000;
    words += fmt::format("; {}{}: {}", verdict,
                         state::IsNull(row, 9)
                             ? ""
                             : fmt::format(" {:.1f} s after it failed",
                                           static_cast<double>(IntegerOf(row, 9)) / kMilli),
                         TextOf(row, 8));
  }
  return words;
}

std::string DecisionInWords(const Row& row) {
  const std::string cause = TextOf(row, 6);
  return fmt::format("{}: {}{}{}", TextOf(row, 4), TextOf(row, 5),
                     cause.empty() ? "" : "; cause: ", cause);
}

/// "pause by alice from 192.0.2.7: the database moves: recovery of connector sink is paused".
std::string OrderInWords(const Row& row) {
  return fmt::format("{} by {} from {}: {}: {}", TextOf(row, 4), TextOf(row, 5), TextOf(row, 6),
                     TextOf(row, 7), TextOf(row, 8));
}

Result<std::vector<Row>> ReadOrders(const state::Database& database, const std::string& name,
                                    int64_t limit) {
  return database.Read(
      {.sql = "SELECT at, cluster, connect, connector, verb, who, address, why, result "
              "FROM recovery_orders WHERE ?1 = '' OR connector = ?1 OR connector = '' "
              "ORDER BY id DESC LIMIT ?2",
       .values = {name, limit}});
}

/// The newest row of each connector; `columns` begin with at, cluster, connect, connector.
Result<std::vector<Row>> ReadNewest(const state::Database& database, const Place& place,
                                    std::string_view table, std::string_view columns) {
  return database.Read(
      {.sql = fmt::format("SELECT {0} FROM {1} WHERE id IN (SELECT max(id) FROM {1} "
                          "WHERE cluster = ? AND connect = ? GROUP BY connector)",
                          columns, table),
       .values = {place.cluster, place.connect}});
}

constexpr std::string_view kAttemptColumns =
    "at, cluster, connect, connector, number, outcome, words, verdict, evidence, took";

}  // namespace

Result<std::map<std::string, LastKnown>> ReadLast(const state::Database& database,
                                                  const Place& place) {
  const auto attempts = ReadNewest(database, place, "recovery_attempts", kAttemptColumns);
  const auto decisions = ReadNewest(database, place, "recovery_decisions",
                                    "at, cluster, connect, connector, action, why");
  if (!attempts || !decisions) {
    return attempts ? decisions.error() : attempts.error();
  }
  std::map<std::string, LastKnown> last;
  for (const Row& row : *attempts) {
    last[TextOf(row, 3)].restart = EntryOf(row, AttemptInWords(row));
  }
  for (const Row& row : *decisions) {
    if (const std::string action = TextOf(row, 4); action != Name(RecoveryAction::kNothing)) {
      last[TextOf(row, 3)].decision = EntryOf(row, fmt::format("{}: {}", action, TextOf(row, 5)));
    }
  }
  return last;
}

Result<std::vector<LogEntry>> ReadLog(const state::Database& database, std::string_view connector,
                                      size_t most) {
  const std::string name(connector);
  const auto limit = static_cast<int64_t>(most);
  const auto attempts = database.Read(
      {.sql = fmt::format("SELECT {} FROM recovery_attempts WHERE ?1 = '' OR connector = ?1 "
                          "ORDER BY id DESC LIMIT ?2",
                          kAttemptColumns),
       .values = {name, limit}});
  if (!attempts) {
    return attempts.error();
  }
  const auto decisions = database.Read(
      {.sql = "SELECT at, cluster, connect, connector, action, why, cause FROM recovery_decisions "
              "WHERE ?1 = '' OR connector = ?1 ORDER BY id DESC LIMIT ?2",
       .values = {name, limit}});
  if (!decisions) {
    return decisions.error();
  }
  const auto orders = ReadOrders(database, name, limit);
  if (!orders) {
    return orders.error();
  }
  std::vector<LogEntry> entries;
  for (const Row& row : *orders) {
    entries.push_back(EntryOf(row, OrderInWords(row)));
  }
  for (const Row& row : *decisions) {
    entries.push_back(EntryOf(row, DecisionInWords(row)));
  }
  for (const Row& row : *attempts) {
    entries.push_back(EntryOf(row, AttemptInWords(row)));
  }
  std::ranges::reverse(entries);
  std::ranges::stable_sort(entries, {}, &LogEntry::at);
  if (entries.size() > most) {
    entries.erase(entries.begin(), entries.end() - static_cast<std::ptrdiff_t>(most));
  }
  return entries;
}

Result<std::vector<Explanation>> Explain(const state::Database& database,
                                         std::string_view connector) {
  const auto rows = database.Read(
      {.sql = "SELECT at, cluster, connect, connector, action, why, cause, way_out, gates "
              "FROM recovery_decisions WHERE id IN (SELECT max(id) FROM recovery_decisions "
              "WHERE connector = ? GROUP BY cluster, connect)",
       .values = {std::string(connector)}});
  if (!rows) {
    return rows.error();
  }
  std::vector<Explanation> explanations;
  for (const Row& row : *rows) {
    Explanation& each = explanations.emplace_back();
    each.decision = EntryOf(row, DecisionInWords(row));
    each.way_out = TextOf(row, 7);
    const std::string gates = TextOf(row, 8);
    for (const std::string_view gate : Split(gates, '\n')) {
      each.gates.emplace_back(gate);
    }
  }
  return explanations;
}

}  // namespace klaxon::recovery
