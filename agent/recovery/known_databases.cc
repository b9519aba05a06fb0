#include <array>

#include "agent/recovery/known.h"

/// Databases: through JDBC, through Debezium, and MongoDB.
namespace klaxon::recovery {
namespace {

using enum FailureClass;

constexpr std::array kDatabases{
    // Debezium: BaseSourceTask and the connectors' tasks validate the stored offset at start;
    // HistorizedRelationalDatabaseSchema the history of the schema.
    Known{kDataLossRisk, "but this is no longer available on the server"},
    Known{kDataLossRisk, "history topic or its content is fully or partially missing"},
    Known{kDataLossRisk, "do not contain the offset scn"},
    Known{kDataLossRisk, "Cannot seek to the last known offset"},
    // PostgreSQL: walsender.c, slot.c, logical.c.
    Known{kDataLossRisk, "requested WAL segment*has already been removed"},
    Known{kDataLossRisk, "replication slot*does not exist"},
    Known{kDataLossRisk, "can no longer get changes from replication slot"},
    Known{kDataLossRisk, "cannot read from logical replication slot"},
    Known{kDataLossRisk, "slot has been invalidated"},
    // MySQL and MariaDB: error 1236 of the binary log dump, rpl_source.cc.
    Known{kDataLossRisk, "Could not find first log file name in binary log index"},
    Known{kDataLossRisk, "purged*binary logs"},
    Known{kDataLossRisk, "Could not find GTID state requested by slave"},
    Known{kDataLossRisk, "binlog truncated in the middle of event"},
    // MongoDB: error 286 ChangeStreamHistoryLost, 280 ChangeStreamFatalError.
    Known{kDataLossRisk, "may no longer be in the oplog"},
    Known{kDataLossRisk, "ChangeStreamHistoryLost"},
    Known{kDataLossRisk, "resume token was not found"},
    // Oracle LogMiner; SQL Server's answer to a log position before the kept range.
    Known{kDataLossRisk, "ORA-01291"},
    Known{kDataLossRisk,
          "An insufficient number of arguments were supplied for the procedure or function cdc."},

    // Who may log in and what it may do: PostgreSQL 28P01, 28000, 42501; MySQL 1044, 1045, 1227;
    // Oracle; SQL Server 18456, 229; MongoDB 13, 18.
    Known{kAuthorization, "password authentication failed"},
    Known{kAuthorization, "no pg_hba.conf entry"},
    Known{kAuthorization, "permission denied for"},
    Known{kAuthorization, "must be superuser or replication role"},
    Known{kAuthorization, "role*does not exist"},
    Known{kAuthorization, "Access denied for user"},
    Known{kAuthorization, "Access denied; you need"},
    Known{kAuthorization, "ORA-01017"},
    Known{kAuthorization, "ORA-01031"},
    Known{kAuthorization, "ORA-28000"},
    Known{kAuthorization, "ORA-28001"},
    Known{kAuthorization, "Login failed for user"},
    Known{kAuthorization, "permission was denied"},
    Known{kAuthorization, "com.mongodb.MongoSecurityException"},
    Known{kAuthorization, "not authorized on"},
    Known{kAuthorization, "Command failed with error 13"},
    Known{kAuthorization, "JWT token is invalid"},  // Snowflake

    // java.sql.DriverManager.
    Known{kPluginMissing, "No suitable driver"},

    // What is not there or not set up.
    Known{kConfiguration, "TableAlterOrCreateException"},  // Confluent's JDBC sink
    Known{kConfiguration, "database*does not exist"},
    Known{kConfiguration, "relation*does not exist"},
    Known{kConfiguration, "column*does not exist"},
    Known{kConfiguration, "publication*does not exist"},
    Known{kConfiguration, "logical decoding requires wal_level"},
    Known{kConfiguration, "all replication slots are in use"},
    Known{kConfiguration, "could not access file*No such file or directory"},  // output plugin
    Known{kConfiguration, "binlog_format"},
    Known{kConfiguration, "binlog_row_image"},
    Known{kConfiguration, "Unknown database"},
    Known{kConfiguration, "Unknown column"},
    Known{kConfiguration, "ORA-00942"},
    Known{kConfiguration, "ORA-00904"},
    Known{kConfiguration, "ORA-01325"},  // archive log mode must be enabled
    Known{kConfiguration, "Supplemental logging not"},
    Known{kConfiguration, "Invalid object name"},
    Known{kConfiguration, "Invalid column name"},
    Known{kConfiguration, "CDC is not enabled"},
    Known{kConfiguration, "is not enabled for Change Data Capture"},
    Known{kConfiguration, "The $changeStream stage is only supported on replica sets"},

    // Locks and switches of roles: PostgreSQL 40P01, 40001, 57014, 55006; MySQL 1205, 1213;
    // Oracle; SQL Server 1205; MongoDB 189, 11600, 11602.
    Known{kTransient, "is active for PID"},
    Known{kTransient, "deadlock detected"},
    Known{kTransient, "could not serialize access"},
    Known{kTransient, "canceling statement due to"},
    Known{kTransient, "Deadlock found when trying to get lock"},
    Known{kTransient, "Lock wait timeout exceeded"},
    Known{kTransient, "ORA-00060"},
    Known{kTransient, "ORA-01555"},
    Known{kTransient, "was deadlocked on lock"},
    Known{kTransient, "MongoNotPrimaryException"},
    Known{kTransient, "InterruptedDueToReplStateChange"},
    Known{kTransient, "SQLTransactionRollbackException"},

    // One row: PostgreSQL class 22 and 23; MySQL; Oracle; SQL Server; MongoDB 11000, 121.
    Known{kPoisonRecord, "SQLIntegrityConstraintViolationException"},
    Known{kPoisonRecord, "violates*constraint"},
    Known{kPoisonRecord, "value too long for type"},
    Known{kPoisonRecord, "invalid input syntax for"},
    Known{kPoisonRecord, "invalid byte sequence for encoding"},
    Known{kPoisonRecord, "numeric field overflow"},
    Known{kPoisonRecord, "out of range"},
    Known{kPoisonRecord, "Data truncation"},
    Known{kPoisonRecord, "Data too long for column"},
    Known{kPoisonRecord, "Out of range value for column"},
    Known{kPoisonRecord, "Duplicate entry"},
    Known{kPoisonRecord, "Incorrect string value"},
    Known{kPoisonRecord, "ORA-00001"},
    Known{kPoisonRecord, "ORA-01400"},
    Known{kPoisonRecord, "ORA-01438"},
    Known{kPoisonRecord, "ORA-01722"},
    Known{kPoisonRecord, "ORA-12899"},
    Known{kPoisonRecord, "Cannot insert the value NULL"},
    Known{kPoisonRecord, "String or binary data would be truncated"},
    Known{kPoisonRecord, "Violation of PRIMARY KEY"},
    Known{kPoisonRecord, "E11000 duplicate key"},
    Known{kPoisonRecord, "Document failed validation"},

    // The server is away, full, or not ready: PostgreSQL class 08, 53, 57; MySQL; Oracle; SQL
    // Server; MongoDB's driver.
    Known{kDependency, "the database system is"},
    Known{kDependency, "terminating connection due to"},
    Known{kDependency, "sorry, too many clients already"},
    Known{kDependency, "remaining connection slots are reserved"},
    Known{kDependency, "The connection attempt failed"},
    Known{kDependency, "This connection has been closed"},
    Known{kDependency, "An I/O error occurred while sending to the backend"},
    Known{kDependency, "Database connection failed when"},  // Debezium, PostgreSQL
    Known{kDependency, "Communications link failure"},
    Known{kDependency, "Too many connections"},
    Known{kDependency, "Failed to connect to MySQL at"},  // Debezium's binlog client
    Known{kDependency, "SQLNonTransientConnectionException"},
    Known{kDependency, "SQLTransientConnectionException"},
    Known{kDependency, "SQLRecoverableException"},
    Known{kDependency, "ORA-12541"},
    Known{kDependency, "ORA-12514"},
    Known{kDependency, "ORA-12170"},
    Known{kDependency, "ORA-03113"},
    Known{kDependency, "ORA-03114"},
    Known{kDependency, "ORA-01034"},
    Known{kDependency, "The TCP/IP connection to the host"},
    Known{kDependency, "Unable to access availability database"},
    Known{kDependency, "The connection is closed"},
    Known{kDependency, "com.mongodb.MongoTimeoutException"},
    Known{kDependency, "com.mongodb.MongoSocket"},
    Known{kDependency, "com.mongodb.MongoNodeIsRecoveringException"},
    Known{kTransient, "java.sql.SQLTransientException"},
    Known{kTransient, "java.sql.SQLTimeoutException"},
};

}  // namespace

std::span<const Known> KnownOfDatabases() {
  return kDatabases;
}

}  // namespace klaxon::recovery
