#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/log.h"
#include "alerts/notify/alert_text.h"
#include "alerts/notify/store.h"
#include "alerts/notify/store_rows.h"

namespace klaxon::notify {
namespace {

using state::IntegerOf;
using state::MomentOf;
using state::Row;
using state::TextOf;

Silence SilenceIn(const Row& row, Matchers matchers) {
  return {.id = TextOf(row, 0),
          .matchers = std::move(matchers),
          .starts_at = MomentOf(row, 2),
          .ends_at = MomentOf(row, 3),
          .updated_at = MomentOf(row, 4),
          .created_by = TextOf(row, 5),
          .comment = TextOf(row, 6)};
}

}  // namespace

Result<void> Store::LoadGroups(Contents& contents) const {
  const auto rows =
      database_->Read({.sql = "SELECT receiver, group_key, labels, next_look FROM notify_groups"});
  if (!rows) {
    return rows.error();
  }
  for (const Row& row : *rows) {
    contents.memory.groups[{.receiver = TextOf(row, 0), .key = TextOf(row, 1)}] = {
        .labels = LabelsFromText(TextOf(row, 2)).value_or(series::Labels()),
        .next_look = MomentOf(row, 3)};
  }
  return {};
}

Result<void> Store::LoadAccounts(Contents& contents) const {
  const auto told = database_->Read({.sql = "SELECT integration, group_key, receiver, firing, "
                                            "earlier, at, acknowledged FROM notify_told"});
  const auto outbox = database_->Read({.sql = "SELECT integration, group_key, receiver, alerts, "
                                              "since, acknowledgement FROM notify_outbox"});
  if (!told || !outbox) {
    return told ? outbox.error() : told.error();
  }
  const auto account = [&](const Row& row) -> Account* {
    const auto group =
        contents.memory.groups.find({.receiver = TextOf(row, 2), .key = TextOf(row, 1)});
    return group == contents.memory.groups.end() ? nullptr
                                                 : &group->second.accounts[TextOf(row, 0)];
  };
  const auto alerts = [](const Row& row, size_t column) {
    std::optional<AlertMap> read = AlertsFromText(TextOf(row, column));
    if (!read) {
      log::Error("notify", "a row of the outbox cannot be read and is dropped");
    }
    return read.value_or(AlertMap());
  };
  for (const Row& row : *told) {
    if (Account* const found = account(row)) {
      found->told = {.firing = alerts(row, 3),
                     .earlier = alerts(row, 4),
                     .at = MomentOf(row, 5),
                     .acknowledged = IntegerOf(row, 6) != 0};
    }
  }
  for (const Row& row : *outbox) {
    if (Account* const found = account(row)) {
      found->pending = {.alerts = alerts(row, 3),
                        .since = MomentOf(row, 4),
                        .version = ++contents.memory.last_version,
                        .kept = true,
                        .acknowledgement = TextOf(row, 5)};
    }
  }
  return {};
}

Result<Contents> Store::Load(WallTime now) {
  Contents contents;
  if (Result<void> loaded = LoadGroups(contents); !loaded) {
    return loaded.error();
  }
  if (Result<void> loaded = LoadAccounts(contents); !loaded) {
    return loaded.error();
  }
  Result<std::vector<Silence>> silences = ReadSilences(*database_);
  const auto states = database_->Read({.sql = "SELECT key, state FROM alert_states"}, 1'000'000);
  const auto waits = database_->Read({.sql = "SELECT integration, not_before FROM notify_waits"});
  if (!silences || !states || !waits) {
    return !silences ? silences.error() : !states ? states.error() : waits.error();
  }
  contents.silences = *std::move(silences);
  for (const Row& row : *states) {
    contents.states[TextOf(row, 0)] = TextOf(row, 1);
  }
  for (const Row& row : *waits) {
    contents.not_before[TextOf(row, 0)] = MomentOf(row, 1);
  }
  Apply(Prepare(contents, {}, now));
  // What was read and is not remembered (expired, broken) is deleted with the next transaction; of
  // silences what is over: a later version may be able to read the others.
  const auto since_1970 =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch());
  const auto over = database_->Read({.sql = "SELECT id FROM alert_silences WHERE ends_at <= ?",
                                     .values = {int64_t{since_1970.count()}}});
  for (const Row& row : over ? *over : std::vector<Row>()) {
    written_.try_emplace(RowName("alert_silences", TextOf(row, 0)));
  }
  for (const std::string_view table : {"notify_told", "notify_outbox"}) {
    const auto rows =
        database_->Read({.sql = fmt::format("SELECT integration, group_key FROM {}", table)});
    for (const Row& row : rows ? *rows : std::vector<Row>()) {
      written_.try_emplace(RowName(table, TextOf(row, 0), TextOf(row, 1)));
    }
  }
  return contents;
}

Result<std::vector<Silence>> Store::ReadSilences(const state::Database& database) {
  const auto rows = database.Read(
      {.sql = "SELECT id, matchers, starts_at, ends_at, updated_at, created_by, comment "
              "FROM alert_silences ORDER BY ends_at"});
  if (!rows) {
    return rows.error();
  }
  std::vector<Silence> silences;
  for (const Row& row : *rows) {
    Result<Matchers> matchers = ParseMatchers(TextOf(row, 1));
    Silence silence = SilenceIn(row, matchers ? *std::move(matchers) : Matchers());
    if (matchers) {
      silences.push_back(std::move(silence));
      continue;
    }
    log::Error("notify",
               "silence {} (by {}, until {}: {}) silences nothing, since its matchers {} cannot be "
               "read: {}; add it again with 'klaxon silence add'",
               silence.id, silence.created_by, FormatWallTime(silence.ends_at), silence.comment,
               TextOf(row, 1), matchers.error().message());
  }
  return silences;
}

Result<std::vector<Receipt>> Store::ReadReceipts(const state::Database& database, size_t most) {
  const auto rows =
      database.Read({.sql = "SELECT at, integration, group_key, outcome, words, firing, resolved "
                            "FROM notify_receipts ORDER BY id DESC LIMIT ?",
                     .values = {static_cast<int64_t>(most)}},
                    most);
  if (!rows) {
    return rows.error();
  }
  std::vector<Receipt> receipts;
  for (const Row& row : *rows) {
    const int64_t outcome = std::clamp<int64_t>(IntegerOf(row, 3), 0, 2);
    receipts.push_back({.at = MomentOf(row, 0),
                        .integration = TextOf(row, 1),
                        .group_key = TextOf(row, 2),
                        .outcome = static_cast<Outcome>(outcome),
                        .words = TextOf(row, 4),
                        .firing = IntegerOf(row, 5),
                        .resolved = IntegerOf(row, 6)});
  }
  return receipts;
}

}  // namespace klaxon::notify
