#include "collectors/connect/config.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/support/certificates.h"
#include "tests/support/read_section.h"

namespace klaxon::connect_collector {
namespace {

std::vector<config::Mistake> MistakesOf(const std::string& text, Config& config) {
  return testing::ReadSection(text, ReadConfig, config);
}

TEST_CASE("a name and the workers' addresses are enough", "[connect]") {
  Config config;
  CHECK(MistakesOf("{name: etl, url: 'http://a:8083, http://b:8083'}", config).empty());
  CHECK(config.name == "etl");
  CHECK(config.source.urls == std::vector<std::string>{"http://a:8083", "http://b:8083"});
  CHECK(config.interval == std::chrono::seconds{5});
  CHECK(config.request_timeout == std::chrono::milliseconds{2500});
}

TEST_CASE("https and a login are read by the same names as for Kafka", "[connect]") {
  Config config;
  const testing::ScratchFolder folder;
  const testing::CertificateAuthority authority;
  const testing::IssuedCertificate own = authority.Issue({});
  const std::string trust = folder.Write("ca.pem", authority.certificate());
  const std::string me = folder.Write("me.pem", own.certificate + own.key);
  CHECK(MistakesOf("{name: etl, url: 'https://a:8083', ssl.ca.location: " + trust +
                       ", ssl.certificate.location: " + me +
                       ", ssl.key.password: k,"
                       " ssl.endpoint.identification.algorithm: none, username: u, password: p}",
                   config)
            .empty());
  CHECK(config.source.tls.trust.location == trust);
  CHECK(config.source.tls.certificate == tls::Store{.location = me, .password = Secret("k")});
  CHECK_FALSE(config.source.tls.verify_host_name);
  CHECK(config.source.username == "u");
  CHECK(config.source.password == Secret("p"));
}

TEST_CASE("settings of Connect that make no sense are refused, each with its reason", "[connect]") {
  const char* text = GENERATE(
      "{url: 'http://a:8083'}", "{name: etl}", "{name: etl, url: []}", "{name: etl, url: 'a:8083'}",
      "{name: etl, url: 'ftp://a'}", "{name: etl, url: 'http://a', ssl.ca.location: /ca}",
      "{name: etl, url: 'https://a', ssl.min.version: SSLv3}",
      "{name: etl, url: 'https://a', ssl.ca.location: /no/such/file}",
      "{name: etl, url: 'https://a', ssl.ca.location: /ca, ssl.ca.pem: x}",
      "{name: etl, url: 'http://a', username: u}", "{name: etl, url: 'http://a', password: p}",
      "{name: etl, url: 'http://a', username: 'a:b', password: p}",
      "{name: etl, url: 'http://a:8083/?x=1'}", "{name: etl, url: 'http://a', interval: 0s}",
      "{name: etl, url: 'http://a', request.timeout: 5s}");
  INFO(text);
  Config config;
  CHECK(MistakesOf(text, config).size() == 1);
}

}  // namespace
}  // namespace klaxon::connect_collector
