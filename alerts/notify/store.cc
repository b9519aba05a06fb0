#include "alerts/notify/store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <string_view>

#include <fmt/format.h>

#include "agent/base/log.h"
#include "agent/base/text.h"
#include "alerts/notify/alert_text.h"

namespace klaxon::notify {
namespace {

using state::IntegerOf;
using state::MomentOf;
using state::Row;
using state::Statement;
using state::TextOf;
using state::Value;

// A released step never changes.
constexpr std::array<std::string_view, 1> kAlertTables{R"(
CREATE TABLE alert_states (key TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE alert_silences (
  id TEXT PRIMARY KEY, matchers TEXT NOT NULL, starts_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, created_by TEXT NOT NULL,
  comment TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE notify_groups (
  receiver TEXT NOT NULL, group_key TEXT NOT NULL, labels TEXT NOT NULL, next_look INTEGER NOT NULL,
  PRIMARY KEY (receiver, group_key)) STRICT, WITHOUT ROWID;
CREATE TABLE notify_told (
  integration TEXT NOT NULL, group_key TEXT NOT NULL, receiver TEXT NOT NULL,
  firing TEXT NOT NULL, earlier TEXT NOT NULL, at INTEGER NOT NULL, refused INTEGER NOT NULL,
  PRIMARY KEY (integration, group_key)) STRICT, WITHOUT ROWID;
CREATE TABLE notify_outbox (
  integration TEXT NOT NULL, group_key TEXT NOT NULL, receiver TEXT NOT NULL,
  alerts TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (integration, group_key)) STRICT, WITHOUT ROWID;
CREATE TABLE notify_waits (integration TEXT PRIMARY KEY, not_before INTEGER NOT NULL)
  STRICT, WITHOUT ROWID;
CREATE TABLE notify_receipts (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, integration TEXT NOT NULL, group_key TEXT NOT NULL,
  outcome INTEGER NOT NULL, words TEXT NOT NULL, firing INTEGER NOT NULL,
  resolved INTEGER NOT NULL) STRICT;
CREATE INDEX notify_receipts_at ON notify_receipts (at)
)"};

constexpr auto kReceiptsKept = std::chrono::hours{24} * 7;
constexpr char kPart = '\x1f';  // between the parts of a row's name; Printable text has none

int64_t MillisecondsSince1970(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::string RowName(std::string_view table, std::string_view key, std::string_view more = "") {
  return fmt::format("{}{}{}{}{}", table, kPart, key, kPart, more);
}

/// Which columns tell the rows of a table apart.
struct TableKey {
  std::string_view table{};
  std::string_view where{};
  bool two = false;
};

constexpr std::array<TableKey, 6> kKeys{
    {{"alert_states", "key = ?", false},
     {"alert_silences", "id = ?", false},
     {"notify_groups", "receiver = ? AND group_key = ?", true},
     {"notify_told", "integration = ? AND group_key = ?", true},
     {"notify_outbox", "integration = ? AND group_key = ?", true},
     {"notify_waits", "integration = ?", false}}};

Statement DeleteRow(std::string_view row) {
  const size_t first = row.find(kPart);
  const size_t second = row.rfind(kPart);
  const std::string_view table = row.substr(0, first);
  const auto* const key = std::ranges::find(kKeys, table, &TableKey::table);
  Statement statement{.sql = fmt::format("DELETE FROM {} WHERE {}", table, key->where),
                      .values = {std::string(row.substr(first + 1, second - first - 1))}};
  if (key->two) {
    statement.values.emplace_back(std::string(row.substr(second + 1)));
  }
  return statement;
}

/// A text that can be part of a row's name and of a JSON text.
std::string Clean(std::string_view text) {
  std::string clean = ToUtf8(text);
  std::ranges::replace(clean, kPart, ' ');
  return clean;
}

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

Result<Store> Store::Make(state::Database& database) {
  if (Result<void> made = database.Migrate("alerts", kAlertTables); !made) {
    return made.error();
  }
  return Store(database);
}

void Store::Put(Draft& draft, const std::string& row, const std::string& mark,
                const std::function<Statement()>& statement) const {
  const auto before = written_.find(row);
  if (before == written_.end() || before->second != mark) {
    draft.statements.push_back(statement());
  }
  draft.written[row] = mark;
}

void Store::PutAccount(const GroupId& id, const std::string& integration, const Account& account,
                       Draft& draft) const {
  const std::string key = Clean(id.key);
  if (account.told.at && !account.told.refused) {
    const Told& told = account.told;
    Put(draft, RowName("notify_told", integration, key),
        fmt::format("{} {}", told.edition, MillisecondsSince1970(*told.at)), [&] {
          return Statement{
              .sql = "INSERT OR REPLACE INTO notify_told VALUES (?,?,?,?,?,?,?)",
              .values = {integration, key, id.receiver, ToText(told.firing), ToText(told.earlier),
                         MillisecondsSince1970(*told.at), int64_t{told.refused}}};
        });
  }
  if (account.pending) {
    const Pending& pending = *account.pending;
    Put(draft, RowName("notify_outbox", integration, key), fmt::format("{}", pending.version), [&] {
      return Statement{.sql = "INSERT OR REPLACE INTO notify_outbox VALUES (?,?,?,?,?)",
                       .values = {integration, key, id.receiver, ToText(pending.alerts),
                                  MillisecondsSince1970(pending.since)}};
    });
  }
}

void Store::PutGroups(const Contents& contents, Draft& draft) const {
  for (const auto& [id, group] : contents.memory.groups) {
    const std::string key = Clean(id.key);
    const int64_t next = MillisecondsSince1970(group.next_look);
    Put(draft, RowName("notify_groups", id.receiver, key), fmt::format("{}", next),
        [&, &receiver = id.receiver, &labels = group.labels] {
          return Statement{.sql = "INSERT OR REPLACE INTO notify_groups VALUES (?,?,?,?)",
                           .values = {receiver, key, ToText(labels), next}};
        });
    for (const auto& [integration, account] : group.accounts) {
      PutAccount(id, integration, account, draft);
    }
  }
}

void Store::PutSilences(const Contents& contents, Draft& draft) const {
  for (const Silence& silence : contents.silences) {
    Put(draft, RowName("alert_silences", silence.id),
        fmt::format("{} {}", MillisecondsSince1970(silence.updated_at),
                    MillisecondsSince1970(silence.ends_at)),
        [&] {
          return Statement{.sql = "INSERT OR REPLACE INTO alert_silences VALUES (?,?,?,?,?,?,?)",
                           .values = {silence.id, Clean(ToString(silence.matchers)),
                                      MillisecondsSince1970(silence.starts_at),
                                      MillisecondsSince1970(silence.ends_at),
                                      MillisecondsSince1970(silence.updated_at),
                                      Clean(silence.created_by), Clean(silence.comment)}};
        });
  }
}

void Store::PutStates(const Contents& contents, Draft& draft) const {
  for (const auto& [name, text] : contents.states) {
    const std::string key = Clean(name);
    Put(draft, RowName("alert_states", key), text, [&, &value = text] {
      return Statement{.sql = "INSERT OR REPLACE INTO alert_states VALUES (?,?)",
                       .values = {key, ToUtf8(value)}};
    });
  }
  for (const auto& [integration, until] : contents.not_before) {
    const int64_t stamp = MillisecondsSince1970(until);
    Put(draft, RowName("notify_waits", integration), fmt::format("{}", stamp),
        [&, &id = integration] {
          return Statement{.sql = "INSERT OR REPLACE INTO notify_waits VALUES (?,?)",
                           .values = {id, stamp}};
        });
  }
}

void Store::DeleteGone(Draft& draft) const {
  for (const auto& [row, mark] : written_) {
    if (!draft.written.contains(row)) {
      draft.statements.push_back(DeleteRow(row));
    }
  }
}

Store::Draft Store::Prepare(const Contents& contents, const std::vector<Receipt>& receipts,
                            WallTime now) {
  Draft draft{.version = contents.memory.last_version, .receipts = receipts.size()};
  PutGroups(contents, draft);
  PutSilences(contents, draft);
  PutStates(contents, draft);
  DeleteGone(draft);
  for (const Receipt& receipt : receipts) {
    draft.statements.push_back(
        {.sql = "INSERT INTO notify_receipts (at, integration, group_key, outcome, words, firing, "
                "resolved) VALUES (?,?,?,?,?,?,?)",
         .values = {MillisecondsSince1970(receipt.at), receipt.integration,
                    Clean(receipt.group_key), static_cast<int64_t>(receipt.outcome),
                    ToUtf8(receipt.words), receipt.firing, receipt.resolved}});
  }
  if (std::chrono::abs(now - deleted_) > std::chrono::hours{1}) {
    deleted_ = now;
    draft.statements.push_back({.sql = "DELETE FROM notify_receipts WHERE at < ?",
                                .values = {MillisecondsSince1970(now - kReceiptsKept)}});
  }
  return draft;
}

Result<void> Store::Write(Draft draft) {
  if (Result<void> there = database_->InPlace(); !there) {
    return there;
  }
  if (draft.statements.empty()) {
    return {};
  }
  Result<void> done = database_->Write(draft.statements);
  if (done) {
    written_ = std::move(draft.written);
  }
  return done;
}

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
  const auto told = database_->Read(
      {.sql = "SELECT integration, group_key, receiver, firing, earlier, at FROM notify_told"});
  const auto outbox = database_->Read(
      {.sql = "SELECT integration, group_key, receiver, alerts, since FROM notify_outbox"});
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
      found->told = {.firing = alerts(row, 3), .earlier = alerts(row, 4), .at = MomentOf(row, 5)};
    }
  }
  for (const Row& row : *outbox) {
    if (Account* const found = account(row)) {
      found->pending = {.alerts = alerts(row, 3),
                        .since = MomentOf(row, 4),
                        .version = ++contents.memory.last_version,
                        .kept = true};
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
  written_ = Prepare(contents, {}, now).written;
  // What was read and is not remembered (expired, broken) is deleted with the next transaction.
  for (const std::string_view table : {"notify_told", "notify_outbox"}) {
    const auto rows =
        database_->Read({.sql = fmt::format("SELECT integration, group_key FROM {}", table)});
    for (const Row& row : rows ? *rows : std::vector<Row>()) {
      written_.try_emplace(RowName(table, TextOf(row, 0), TextOf(row, 1)), "gone");
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
    if (Result<Matchers> matchers = ParseMatchers(TextOf(row, 1)); matchers) {
      silences.push_back(SilenceIn(row, *std::move(matchers)));
    }
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
