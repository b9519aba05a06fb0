#include "collectors/zookeeper/config.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/support/certificates.h"
#include "tests/support/read_section.h"

namespace klaxon::zookeeper_collector {
namespace {

std::vector<config::Mistake> MistakesOf(const std::string& text, Config& config) {
  return testing::ReadSection(text, ReadConfig, config);
}

TEST_CASE("the servers are enough, and the port may be left out", "[zookeeper]") {
  Config config;
  CHECK(MistakesOf("{servers: 'zk-1:2181,zk-2,zk-3:2281'}", config).empty());
  CHECK(config.servers == std::vector<HostPort>{{.host = "zk-1", .port = 2181},
                                                {.host = "zk-2", .port = 2181},
                                                {.host = "zk-3", .port = 2281}});
  CHECK(config.admin.urls.empty());
  CHECK(config.interval == std::chrono::seconds{10});
  CHECK(config.request_timeout == std::chrono::seconds{5});
}

TEST_CASE("client ports may speak TLS, trusted as AdminServers are", "[zookeeper]") {
  Config config;
  const testing::ScratchFolder folder;
  const std::string trust = folder.Write("ca.pem", testing::CertificateAuthority().certificate());
  CHECK(MistakesOf("{servers: a, security.protocol: SSL, ssl.ca.location: " + trust +
                       ", chroot: /kafka, session: false}",
                   config)
            .empty());
  CHECK(config.secured);
  CHECK(config.admin.tls.trust.location == trust);
  CHECK(config.chroot == "/kafka");
  CHECK_FALSE(config.session);
}

TEST_CASE("each server can have its AdminServer", "[zookeeper]") {
  Config config;
  const testing::ScratchFolder folder;
  const std::string trust = folder.Write("ca.pem", testing::CertificateAuthority().certificate());
  CHECK(MistakesOf("{servers: [a, b], admin: 'https://a:8443, http://b:8080', interval: 4s,"
                   " ssl.ca.location: " +
                       trust + "}",
                   config)
            .empty());
  CHECK(config.admin.urls == std::vector<std::string>{"https://a:8443", "http://b:8080"});
  CHECK(config.admin.tls.trust.location == trust);
  CHECK(config.request_timeout == std::chrono::seconds{2});
}

TEST_CASE("settings of ZooKeeper that make no sense are refused, each with its reason",
          "[zookeeper]") {
  const char* text = GENERATE(
      "{}", "{servers: []}", "{servers: 'a:99999'}", "{servers: 'a:0'}", "{servers: 'a,a:2181'}",
      "{server: a, servers: a}", "{servers: a, admin: 'a:8080'}",
      "{servers: 'a,b', admin: 'http://a:8080'}", "{servers: a, admin: 'http://a:8080/?x=1'}",
      "{servers: a, ssl.ca.location: /ca}", "{servers: a, interval: 0s}",
      "{servers: a, request.timeout: 10s}", "{servers: a, security.protocol: SASL_SSL}",
      "{servers: a, chroot: kafka}", "{servers: a, chroot: /kafka/}", "{servers: a, session: 1}",
      "{servers: 'a1,a2,a3,a4,a5,a6,a7,a8,a9,b1,b2,b3,b4,b5,b6,b7,b8,b9,c1,c2,c3,c4,c5,c6,c7,c8,c9,"
      "d1,d2,d3,d4,d5,d6'}");
  INFO(text);
  Config config;
  CHECK(MistakesOf(text, config).size() == 1);
}

}  // namespace
}  // namespace klaxon::zookeeper_collector
