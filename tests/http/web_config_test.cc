#include "agent/http/web_config.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "tests/http/conformance.h"
#include "tests/http/temporary_folder.h"

namespace klaxon::http {
namespace {

std::string ContentOf(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

struct Read {
  WebConfig config{};
  std::string mistakes{};
};

Read ReadText(const std::string& text, const std::string& folder) {
  config::Document document = config::Document::Parse(text, "web.yml", {}, folder);
  Read read{.config = ReadWebConfig(document, folder)};
  read.mistakes = ToString(document.mistakes());
  return read;
}

/// The certificates that exporter-toolkit's files name.
std::string FolderOfCertificates(const TemporaryFolder& folder) {
  for (const char* name :
       {"server.crt", "server.key", "client_selfsigned.pem", "client2_selfsigned.pem"}) {
    folder.Write(name, "to be read");
  }
  return folder.path().string();
}

TEST_CASE("every web configuration of exporter-toolkit is accepted or refused as it is there") {
  // What is wrong with the bad ones, in a word of our own mistake.
  const std::map<std::string, std::string> bad{
      {"web_config_auth_clientCAs_invalid.bad.yml", "client_ca_file"},
      {"web_config_auth_user_list_invalid.bad.yml", "basic_auth_users.john: expected the bcrypt"},
      {"web_config_headers_content_type_options.bad.yml", "expected nosniff, found \"sniff\""},
      {"web_config_headers_extra_header.bad.yml", "the header \"Content-Type\" cannot be set"},
      {"web_config_headers_frame_options.bad.yml", "expected deny or sameorigin, found \"foo\""},
      {"web_config_junk.yml", "web_config_junk.yml:1"},
      {"web_config_junk_key.yml", "unknown key; did you mean \"cert_file\"?"},
      {"web_config_noAuth.bad.yml", "client_auth_type does not ask clients"},
      {"web_config_noAuth_certPath_empty.bad.yml", "TLS needs a certificate"},
      {"web_config_noAuth_certPath_invalid.bad.yml", "cert_file: the file"},
      {"web_config_noAuth_certPath_keyPath_empty.bad.yml", "TLS needs a certificate"},
      {"web_config_noAuth_certPath_keyPath_invalid.bad.yml", "key_file: the file"},
      {"web_config_noAuth_cert_empty.bad.yml", "TLS needs a certificate"},
      {"web_config_noAuth_inventedCiphers.bad.yml",
       "did you mean \"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\"?"},
      {"web_config_noAuth_inventedCurves.bad.yml", "did you mean \"CurveP256\"?"},
      {"web_config_noAuth_keyPath_empty.bad.yml", "TLS needs the certificate's key"},
      {"web_config_noAuth_keyPath_invalid.bad.yml", "key_file: the file"},
      {"web_config_noAuth_key_empty.bad.yml", "TLS needs the certificate's key"},
      {"web_config_noAuth_noHTTP2Cipher.bad.yml", "exporters refuse this list for HTTP/2"},
      {"web_config_noAuth_wrongTLSVersion.bad.yml", "expected one of TLS10, TLS11, TLS12, TLS13"}};
  // Bad because of what their clients show: nothing is wrong with the files themselves, as the
  // first has the text of web_config_noAuth.good.blocking.yml.
  const std::set<std::string> refuse_clients{"web_config_auth_clientCAs_missing.bad.yml",
                                             "web_config_auth_client_san.bad.yaml"};
  const TemporaryFolder temporary;
  const std::string folder = FolderOfCertificates(temporary);
  size_t refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ConformanceFolder("web-config"))) {
    const std::string name = entry.path().filename().string();
    config::Document document = config::Document::Parse(ContentOf(entry.path()), name, {}, folder);
    std::ignore = ReadWebConfig(document, folder);
    const std::string mistakes = ToString(document.mistakes());
    INFO(name << ": " << mistakes);
    const bool named_bad = name.find(".bad.") != std::string::npos || name.find("junk") == 11;
    CHECK(document.ok() == (!named_bad || refuse_clients.count(name) == 1));
    if (document.ok()) continue;
    ++refused;
    REQUIRE(bad.count(name) == 1);
    CHECK(mistakes.find(bad.at(name)) != std::string::npos);
  }
  CHECK(refused == bad.size());
}

TEST_CASE("what a web configuration says is read") {
  const TemporaryFolder temporary;
  const std::string folder = FolderOfCertificates(temporary);
  const Read read = ReadText(
      "tls_server_config:\n"
      "  cert_file: server.crt\n"
      "  key: |\n    written out\n"
      "  client_ca_file: client_selfsigned.pem\n"
      "  client_auth_type: RequireAndVerifyClientCert\n"
      "  client_allowed_sans: [one, two]\n"
      "  min_version: TLS13\n"
      "  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]\n"
      "  curve_preferences: [X25519, CurveP256]\n"
      "  prefer_server_cipher_suites: false\n"
      "http_server_config:\n  headers: {X-Frame-Options: sameorigin, X-XSS-Protection: 1}\n"
      "basic_auth_users:\n"
      "  dave: $2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq\n"
      "rate_limit: {interval: 100ms, burst: 20}\n",
      folder);
  REQUIRE(read.mistakes.empty());
  const WebTls& tls = read.config.tls;
  CHECK(tls.enabled);
  CHECK(tls.certificate.location == folder + "/server.crt");
  CHECK(tls.key.pem == Secret("written out\n"));
  CHECK(tls.client_auth == ClientAuth::kRequireAndVerify);
  CHECK(tls.client_sans == std::vector<std::string>{"one", "two"});
  CHECK(tls.min_version == tls::Version::kTls13);
  CHECK(tls.cipher_suites == "ECDHE-RSA-AES128-GCM-SHA256");
  CHECK(tls.groups == "X25519:P-256");
  CHECK_FALSE(tls.prefer_our_ciphers);
  CHECK(FindHeader(read.config.headers, "X-Frame-Options") == "sameorigin");
  REQUIRE(read.config.users.size() == 1);
  CHECK(read.config.users[0].name == "dave");
  CHECK(read.config.rate_limit ==
        RateLimit{.interval = std::chrono::milliseconds{100}, .burst = 20});
}

TEST_CASE("all mistakes of a web configuration are told at once, with their lines and no secret") {
  const Read read = ReadText(
      "tls_server_config:\n"
      "  cert_file: nothing.crt\n"
      "  client_auth_typ: NoClientCert\n"
      "  max_version: TLS11\n"
      "basic_auth_users:\n"
      "  alice: my-password\n"
      "rate_limit: {interval: 10, burst: -1}\n"
      "http_server_config: {headers: {Server: x}}\n",
      "");
  for (const char* expected :
       {"web.yml:2: tls_server_config.cert_file: the file cannot be read: No such",
        "web.yml:3: tls_server_config.client_auth_typ: unknown key; did you mean "
        "\"client_auth_type\"?",
        "web.yml:4: tls_server_config.max_version: nothing older than TLS 1.2",
        "web.yml:6: basic_auth_users.alice: expected the bcrypt hash",
        "web.yml:7: rate_limit.interval: expected a duration", "web.yml:7: rate_limit.burst",
        "web.yml:8: http_server_config.headers: the header \"Server\" cannot be set"}) {
    CAPTURE(expected, read.mistakes);
    CHECK(read.mistakes.find(expected) != std::string::npos);
  }
  CHECK(read.mistakes.find("my-password") == std::string::npos);
}

TEST_CASE("what is accepted but does less than it may seem is remarked upon") {
  const TemporaryFolder temporary;
  const std::string folder = FolderOfCertificates(temporary);
  const std::string tls = "tls_server_config:\n  cert_file: server.crt\n  key_file: server.key\n";
  const std::vector<std::pair<std::string, std::string>> cases{
      {"http_server_config: {http2: true}\n", "HTTP/1.1"},
      {tls + "  min_version: TLS10\n", "older than TLS 1.2"},
      {tls + "  client_auth_type: RequireAndVerifyClientCert\n", "public authorities"},
      {"tls_server_config: {min_version: TLS13}\n", "plain HTTP"},
      {"rate_limit: {interval: 1s, burst: 0}\n", "every request is refused"},
      {"basic_auth_users: {bob: $2y$18$4VeFDzXIoPHKnKTU3O3GH.N.vZu06CVqczYZ8WvfzrddFU6tGqjR.}\n",
       "cannot log in"},
  };
  for (const auto& [text, remark] : cases) {
    const Read read = ReadText(text, folder);
    CAPTURE(text, read.mistakes);
    CHECK(read.mistakes.empty());
    REQUIRE(read.config.remarks.size() == 1);
    CHECK(read.config.remarks[0].find(remark) != std::string::npos);
  }
  CHECK(ReadText(tls, folder).config.remarks.empty());
}

}  // namespace
}  // namespace klaxon::http
