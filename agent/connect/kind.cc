#include "agent/connect/kind.h"

#include <array>

namespace klaxon::connect {
namespace {

struct Kind {
  std::string_view part{};  ///< of the class's full name
  std::string_view source{};
  std::string_view sink{};
};

/// Vendors change packages and keep the class's own name, so that is what is looked for; the first
/// that fits counts.
constexpr std::array<Kind, 47> kKinds{{
    {"io.debezium.connector.postgresql.", "Debezium PostgreSQL", ""},
    {"io.debezium.connector.mysql.", "Debezium MySQL", ""},
    {"io.debezium.connector.mariadb.", "Debezium MariaDB", ""},
    {"io.debezium.connector.sqlserver.", "Debezium SQL Server", ""},
    {"io.debezium.connector.oracle.", "Debezium Oracle", ""},
    {"io.debezium.connector.mongodb.", "Debezium MongoDB", "Debezium MongoDB sink"},
    {"io.debezium.connector.db2.", "Debezium Db2", ""},
    {"io.debezium.connector.vitess.", "Debezium Vitess", ""},
    {"io.debezium.connector.spanner.", "Debezium Spanner", ""},
    {"io.debezium.connector.jdbc.", "", "Debezium JDBC sink"},
    {"io.debezium.", "Debezium", "Debezium sink"},
    {".JdbcS", "JDBC source", "JDBC sink"},
    {".FileStreamS", "File source", "File sink"},
    {".MirrorSourceConnector", "MirrorMaker", ""},
    {".MirrorCheckpointConnector", "MirrorMaker checkpoints", ""},
    {".MirrorHeartbeatConnector", "MirrorMaker heartbeats", ""},
    {".S3S", "S3 source", "S3 sink"},
    {".AivenKafkaConnectS3", "S3 source", "S3 sink"},
    {".CamelAwss3", "S3 source", "S3 sink"},
    {"Gcs", "Google Cloud Storage source", "Google Cloud Storage sink"},
    {"AzureBlob", "Azure Blob source", "Azure Blob sink"},
    {"Elasticsearch", "Elasticsearch source", "Elasticsearch sink"},
    {"penSearch", "OpenSearch source", "OpenSearch sink"},
    {"pensearch", "OpenSearch source", "OpenSearch sink"},
    {"Hdfs", "HDFS source", "HDFS sink"},
    {"Mongo", "MongoDB source", "MongoDB sink"},
    {"BigQuery", "", "BigQuery sink"},
    {"Snowflake", "", "Snowflake sink"},
    {"Redshift", "", "Redshift sink"},
    {"ClickHouse", "", "ClickHouse sink"},
    {"Iceberg", "", "Iceberg sink"},
    {"Cassandra", "Cassandra source", "Cassandra sink"},
    {"Redis", "Redis source", "Redis sink"},
    {"Neo4j", "Neo4j source", "Neo4j sink"},
    {"InfluxDB", "InfluxDB source", "InfluxDB sink"},
    {"DynamoDb", "DynamoDB source", "DynamoDB sink"},
    {"Kinesis", "Kinesis source", "Kinesis sink"},
    {"RabbitMQ", "RabbitMQ source", "RabbitMQ sink"},
    {"Mqtt", "MQTT source", "MQTT sink"},
    {"JmsS", "JMS source", "JMS sink"},
    {"Salesforce", "Salesforce source", "Salesforce sink"},
    {"SpoolDir", "Spooled files source", ""},
    {"Http", "HTTP source", "HTTP sink"},
    {"Splunk", "Splunk source", "Splunk sink"},
    {"Datagen", "Generated data", ""},
    {".VerifiableS", "Test data source", "Test data sink"},
    {".MockS", "Mock source", "Mock sink"},
}};

}  // namespace

std::string_view KindOf(std::string_view java_class, std::string_view type) {
  for (const Kind& kind : kKinds) {
    if (java_class.find(kind.part) == std::string_view::npos) continue;
    const std::string_view name = type == "sink" ? kind.sink : kind.source;
    if (!name.empty()) return name;
  }
  return {};
}

}  // namespace klaxon::connect
