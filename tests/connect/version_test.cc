#include "agent/connect/version.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/connect/kind.h"

namespace klaxon::connect {
namespace {

TEST_CASE("versions are read in Kafka's count, Confluent's too", "[connect]") {
  CHECK(ReadVersion("4.3.1") == Version{4, 3});
  CHECK(ReadVersion("3.9.0-SNAPSHOT") == Version{3, 9});
  CHECK(ReadVersion("5.5.1-ccs") == Version{2, 5});
  CHECK(ReadVersion("6.2.0-ce") == Version{2, 8});
  CHECK(ReadVersion("7.6.0-ccs") == Version{3, 6});
  CHECK(ReadVersion("8.0.0-ccs") == Version{4, 0});
  CHECK(ReadVersion("unknown") > kHasHealth);
  CHECK(ReadVersion("") > kHasHealth);
  CHECK(ReadVersion("7") > kHasHealth);
}

TEST_CASE("every byte of a name that is not plain is encoded", "[connect]") {
  CHECK(ConnectorPath("orders-to_lake.v1~") == "/connectors/orders-to_lake.v1~");
  CHECK(ConnectorPath("a/b c%d\\e->f?g#h;i&j") ==
        "/connectors/a%2Fb%20c%25d%5Ce-%3Ef%3Fg%23h%3Bi%26j");
  CHECK(ConnectorPath("\xC3\xBE\r\n") == "/connectors/%C3%BE%0D%0A");
  CHECK(ConnectorPath("") == "/connectors/");
}

TEST_CASE("names that no request can reach are known", "[connect]") {
  for (const char* name : {"a/b", "a\\b", "100%"}) {
    CHECK_FALSE(IsAddressable(name, {4, 3}));
    CHECK(IsAddressable(name, {3, 9}));
  }
  for (const char* name : {"", ".", ".."}) {
    CHECK_FALSE(IsAddressable(name, {3, 9}));
  }
  for (const char* name : {"a b", "a->b", "\xC3\xBE", "a;b", "a..b", "#"}) {
    CHECK(IsAddressable(name, {4, 3}));
  }
}

TEST_CASE("known connectors are called what people call them", "[connect]") {
  CHECK(KindOf("io.confluent.connect.jdbc.JdbcSourceConnector", "source") == "JDBC source");
  CHECK(KindOf("io.aiven.connect.jdbc.JdbcSinkConnector", "sink") == "JDBC sink");
  CHECK(KindOf("io.debezium.connector.postgresql.PostgresConnector", "source") ==
        "Debezium PostgreSQL");
  CHECK(KindOf("io.debezium.connector.jdbc.JdbcSinkConnector", "sink") == "Debezium JDBC sink");
  CHECK(KindOf("org.apache.kafka.connect.file.FileStreamSinkConnector", "sink") == "File sink");
  CHECK(KindOf("org.apache.kafka.connect.mirror.MirrorHeartbeatConnector", "source") ==
        "MirrorMaker heartbeats");
  CHECK(KindOf("io.confluent.connect.s3.S3SinkConnector", "sink") == "S3 sink");
  CHECK(KindOf("com.example.Unheard", "sink").empty());
  CHECK(KindOf("", "").empty());
}

}  // namespace
}  // namespace klaxon::connect
