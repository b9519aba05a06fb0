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
#include "alerts/notify/store_rows.h"

namespace klaxon::notify {
namespace {

using state::Statement;

// A released step never changes.
constexpr std::array<std::string_view, 2> kAlertTables{R"(
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
)",
                                                       R"(
ALTER TABLE notify_told ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;
ALTER TABLE notify_outbox ADD COLUMN acknowledgement TEXT NOT NULL DEFAULT ''
)"};

constexpr auto kReceiptsKept = std::chrono::hours{24} * 7;

int64_t MillisecondsSince1970(WallTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
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
  const std::string_view table = row.substr(0, first);
  const auto* const key = std::ranges::find(kKeys, table, &TableKey::table);
  const size_t second = key->two ? row.find(kPart, first + 1) : row.rfind(kPart);
  Statement statement{.sql = fmt::format("DELETE FROM {} WHERE {}", table, key->where),
                      .values = {std::string(row.substr(first + 1, second - first - 1))}};
  if (key->two) {
    statement.values.emplace_back(std::string(row.substr(second + 1)));
  }
  return statement;
}

void PutReceipts(const std::vector<Receipt>& receipts, Store::Draft& draft) {
  for (const Receipt& receipt : receipts) {
    draft.statements.push_back(
        {.sql = "INSERT INTO notify_receipts (at, integration, group_key, outcome, words, firing, "
                "resolved) VALUES (?,?,?,?,?,?,?)",
         .values = {MillisecondsSince1970(receipt.at), receipt.integration,
                    ToUtf8(receipt.group_key), static_cast<int64_t>(receipt.outcome),
                    ToUtf8(receipt.words), receipt.firing, receipt.resolved}});
  }
}

}  // namespace

Result<Store> Store::Make(state::Database& database) {
  if (Result<void> made = database.Migrate("alerts", kAlertTables); !made) {
    return made.error();
  }
  return Store(database);
}

void Store::Put(Draft& draft, const std::string& row, const std::string& mark,
                const std::function<Statement()>& statement) {
  const auto before = written_.find(row);
  if (before != written_.end()) {
    before->second.seen = look_;
  }
  if (before == written_.end() || before->second.text != mark) {
    draft.statements.push_back(statement());
    draft.changes[row] = mark;
  }
}

void Store::PutAccount(const GroupId& id, const std::string& integration, const Account& account,
                       Draft& draft) {
  const std::string key = ToUtf8(id.key);
  if (account.told.at) {
    const Told& told = account.told;
    Put(draft, RowName("notify_told", integration, key),
        fmt::format("{} {}", told.edition, MillisecondsSince1970(*told.at)), [&] {
          return Statement{
              .sql = "INSERT OR REPLACE INTO notify_told VALUES (?,?,?,?,?,?,?,?)",
              .values = {integration, key, id.receiver, ToText(told.firing), ToText(told.earlier),
                         MillisecondsSince1970(*told.at), int64_t{0}, int64_t{told.acknowledged}}};
        });
  }
  if (account.pending) {
    const Pending& pending = *account.pending;
    Put(draft, RowName("notify_outbox", integration, key), fmt::format("{}", pending.version), [&] {
      return Statement{
          .sql = "INSERT OR REPLACE INTO notify_outbox VALUES (?,?,?,?,?,?)",
          .values = {integration, key, id.receiver, ToText(pending.alerts),
                     MillisecondsSince1970(pending.since), ToUtf8(pending.acknowledgement)}};
    });
  }
}

void Store::PutGroups(const Contents& contents, Draft& draft) {
  for (const auto& [id, group] : contents.memory.groups) {
    const std::string key = ToUtf8(id.key);
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

void Store::PutSilences(const Contents& contents, Draft& draft) {
  for (const Silence& silence : contents.silences) {
    Put(draft, RowName("alert_silences", silence.id),
        fmt::format("{} {}", MillisecondsSince1970(silence.updated_at),
                    MillisecondsSince1970(silence.ends_at)),
        [&] {
          return Statement{.sql = "INSERT OR REPLACE INTO alert_silences VALUES (?,?,?,?,?,?,?)",
                           .values = {silence.id, ToUtf8(ToString(silence.matchers)),
                                      MillisecondsSince1970(silence.starts_at),
                                      MillisecondsSince1970(silence.ends_at),
                                      MillisecondsSince1970(silence.updated_at),
                                      ToUtf8(silence.created_by), ToUtf8(silence.comment)}};
        });
  }
}

void Store::PutStates(const Contents& contents, Draft& draft) {
  for (const auto& [name, text] : contents.states) {
    const std::string key = ToUtf8(name);
    Put(draft, RowName("alert_states", key), text, [&, &value = text] {
      return Statement{.sql = "INSERT OR REPLACE INTO alert_states VALUES (?,?)",
                       .values = {key, ToUtf8(value)}};
    });
  }
  for (const auto& [integration, until] : contents.not_before) {
    PutWait(integration, until, draft);
  }
}

void Store::PutWait(const std::string& integration, WallTime until, Draft& draft) {
  const int64_t stamp = MillisecondsSince1970(until);
  Put(draft, RowName("notify_waits", integration), fmt::format("{}", stamp), [&] {
    return Statement{.sql = "INSERT OR REPLACE INTO notify_waits VALUES (?,?)",
                     .values = {integration, stamp}};
  });
}

void Store::DeleteUnseen(const std::string& row, Draft& draft) const {
  const auto found = written_.find(row);
  if (found != written_.end() && found->second.seen != look_) {
    draft.statements.push_back(DeleteRow(row));
    draft.changes[row] = std::nullopt;
  }
}

void Store::DeleteGone(Draft& draft) const {
  for (const auto& [row, mark] : written_) {
    DeleteUnseen(row, draft);
  }
}

Store::Draft Store::Prepare(const Contents& contents, const std::vector<Receipt>& receipts,
                            WallTime now) {
  Draft draft{.version = contents.memory.last_version, .receipts = receipts.size()};
  ++look_;
  PutGroups(contents, draft);
  PutSilences(contents, draft);
  PutStates(contents, draft);
  DeleteGone(draft);
  PutReceipts(receipts, draft);
  if (std::chrono::abs(now - deleted_) > std::chrono::hours{1}) {
    deleted_ = now;
    draft.statements.push_back({.sql = "DELETE FROM notify_receipts WHERE at < ?",
                                .values = {MillisecondsSince1970(now - kReceiptsKept)}});
  }
  return draft;
}

Store::Draft Store::PrepareAccount(const Contents& contents, const GroupId& id,
                                   const std::string& integration,
                                   const std::vector<Receipt>& receipts) {
  Draft draft{.version = contents.memory.last_version, .receipts = receipts.size()};
  ++look_;
  const auto group = contents.memory.groups.find(id);
  if (group != contents.memory.groups.end()) {
    const auto account = group->second.accounts.find(integration);
    if (account != group->second.accounts.end()) {
      PutAccount(id, integration, account->second, draft);
    }
  }
  if (const auto wait = contents.not_before.find(integration); wait != contents.not_before.end()) {
    PutWait(integration, wait->second, draft);
  }
  const std::string key = ToUtf8(id.key);
  DeleteUnseen(RowName("notify_told", integration, key), draft);
  DeleteUnseen(RowName("notify_outbox", integration, key), draft);
  DeleteUnseen(RowName("notify_waits", integration), draft);
  PutReceipts(receipts, draft);
  return draft;
}

void Store::ForgetWritten() {
  for (auto& [row, mark] : written_) {
    mark.text.assign(1, '?');
  }
}

void Store::Apply(const Draft& draft) {
  for (const auto& [row, mark] : draft.changes) {
    if (mark) {
      written_[row] = {.text = *mark, .seen = look_};
    } else {
      written_.erase(row);
    }
  }
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
    Apply(draft);
  }
  return done;
}

}  // namespace klaxon::notify
