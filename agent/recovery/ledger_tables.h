#pragma once

#include <array>
#include <string_view>

/// The tables of recovery, in the steps in which they came about; for .cc files of this folder
/// only.
namespace klaxon::recovery {

// A released step never changes.
inline constexpr std::array<std::string_view, 4> kTables{
    R"(
CREATE TABLE recovery_connectors (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  config_hash INTEGER NOT NULL, quarantined INTEGER NOT NULL, attempts INTEGER NOT NULL,
  last_attempt INTEGER, last_cause TEXT NOT NULL, poison TEXT NOT NULL,
  misses INTEGER NOT NULL, held_until INTEGER, held_why TEXT NOT NULL,
  PRIMARY KEY (cluster, connect, connector)) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_attempts (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  number INTEGER NOT NULL, worker TEXT NOT NULL, class TEXT NOT NULL, cause TEXT NOT NULL,
  outcome TEXT, words TEXT, verdict TEXT, evidence TEXT, took INTEGER) STRICT;
CREATE INDEX recovery_attempts_at ON recovery_attempts (at);
CREATE TABLE recovery_decisions (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  action TEXT NOT NULL, why TEXT NOT NULL, way_out TEXT NOT NULL, class TEXT NOT NULL,
  cause TEXT NOT NULL, gates TEXT NOT NULL) STRICT;
CREATE INDEX recovery_decisions_at ON recovery_decisions (at);
CREATE INDEX recovery_decisions_of ON recovery_decisions (connector, id)
)",
    R"(
CREATE TABLE recovery_memory (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, kafka_id TEXT NOT NULL, connector TEXT NOT NULL,
  config_hash INTEGER NOT NULL, quarantined INTEGER NOT NULL, attempts INTEGER NOT NULL,
  last_attempt INTEGER, last_cause TEXT NOT NULL, poison TEXT NOT NULL,
  misses INTEGER NOT NULL, held_until INTEGER, held_why TEXT NOT NULL,
  PRIMARY KEY (cluster, connect, kafka_id, connector)) STRICT, WITHOUT ROWID;
INSERT INTO recovery_memory SELECT cluster, connect, '', connector, config_hash, quarantined,
  attempts, last_attempt, last_cause, poison, misses, held_until, held_why
  FROM recovery_connectors;
DROP TABLE recovery_connectors;
CREATE TABLE recovery_clusters (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, kafka_id TEXT NOT NULL,
  breaker INTEGER NOT NULL, breaker_since INTEGER NOT NULL, breaker_why TEXT NOT NULL,
  canary TEXT NOT NULL, denied TEXT NOT NULL, denied_until INTEGER,
  unanswered TEXT NOT NULL, unanswered_until INTEGER,
  PRIMARY KEY (cluster, connect)) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_pauses (
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  at INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
  PRIMARY KEY (cluster, connect, connector)) STRICT, WITHOUT ROWID;
CREATE TABLE recovery_orders (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL,
  cluster TEXT NOT NULL, connect TEXT NOT NULL, connector TEXT NOT NULL,
  verb TEXT NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL, why TEXT NOT NULL,
  result TEXT NOT NULL) STRICT;
CREATE INDEX recovery_orders_at ON recovery_orders (at)
)",
    R"(
ALTER TABLE recovery_memory ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE recovery_memory ADD COLUMN changed_at INTEGER;
ALTER TABLE recovery_memory ADD COLUMN not_reached TEXT NOT NULL DEFAULT ''
)",
    // "orders-0@17, orders-3@5" as LinesOf writes it
    R"(
UPDATE recovery_memory SET
  last_cause = CASE WHEN instr(last_cause, '{')
    THEN replace(replace(last_cause, ', ...', ''), ' at ', char(9))
    ELSE replace(last_cause, '@', char(9)) END,
  poison = CASE WHEN instr(poison, '{')
    THEN replace(replace(poison, ', ...', ''), ' at ', char(9))
    ELSE replace(replace(poison, ', ', char(10)), '@', char(9)) END
)"};

}  // namespace klaxon::recovery
