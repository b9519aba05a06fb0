#include "agent/http/web_config.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "agent/http/tls_listener.h"
#include "tests/http/raw_client.h"
#include "tests/http/server_fixture.h"
#include "tests/http/tls_client.h"
#include "tests/support/certificates.h"
#include "tests/support/conformance.h"

namespace klaxon::http {
namespace {

std::string ContentOf(const std::filesystem::path& file) {
  std::ostringstream content;
  content << std::ifstream(file).rdbuf();
  return content.str();
}

/// For a text in double quotes.
std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text)
    escaped += c == '\n' ? "\\n" : std::string(1, c);
  return escaped;
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

/// Makes the certificates that exporter-toolkit's files name.
void MakeCertificates(const testing::ScratchFolder& folder) {
  const testing::IssuedCertificate ours = testing::SelfSigned({.name = "localhost", .rsa = true});
  folder.Write("server.crt", ours.certificate);
  folder.Write("server.key", ours.key);
  const testing::IssuedCertificate client = testing::SelfSigned({.name = "client", .hosts = {}});
  folder.Write("client_selfsigned.pem", client.certificate);
  folder.Write("client_selfsigned.key", client.key);
  const testing::IssuedCertificate named =
      testing::SelfSigned({.name = "bad", .hosts = {"test1", "test2", "test3"}});
  folder.Write("client2_selfsigned.pem", named.certificate);
  folder.Write("client2_selfsigned.key", named.key);
}

/// What a client gets that shows this certificate, or none: the status of the answer, 0 if there is
/// no connection.
int StatusWith(const WebConfig& config, const testing::ScratchFolder& folder,
               const std::string& certificate) {
  ServerOptions options;
  options.listen = {.host = "127.0.0.1"};
  options.tls = std::make_shared<TlsListener>(config.tls.options, config.tls.client_names);
  const auto server = Server::Listen(options, TestRoutes());
  REQUIRE(server);
  tls::ClientOptions client{.trust = {.location = folder.Path("server.crt")}};
  if (!certificate.empty()) {
    client.certificate.location = folder.Path(certificate + ".pem");
    client.key.location = folder.Path(certificate + ".key");
  }
  return StatusOf(TlsClient((*server)->port(), client).Ask(GetRequest("/")));
}

/// `let_in`: the clients with a certificate that get an answer, where none without one does. Null:
/// without one they do, and nobody has signed those of ours.
void CheckClients(const WebConfig& config, const testing::ScratchFolder& folder,
                  const std::set<std::string>* let_in) {
  if (!config.tls.enabled) return;
  CHECK((StatusWith(config, folder, "") == 200) == (let_in == nullptr));
  if (config.tls.options.client_auth == tls::ClientAuth::kNone) return;
  for (const char* client : {"client_selfsigned", "client2_selfsigned"}) {
    CAPTURE(client);
    CHECK((StatusWith(config, folder, client) == 200) ==
          (let_in != nullptr && let_in->contains(client)));
  }
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
      {"web_config_noAuth_certPath_invalid.bad.yml", "cert_file: "},
      {"web_config_noAuth_certPath_keyPath_empty.bad.yml", "TLS needs a certificate"},
      {"web_config_noAuth_certPath_keyPath_invalid.bad.yml", "key_file: "},
      {"web_config_noAuth_cert_empty.bad.yml", "TLS needs a certificate"},
      {"web_config_noAuth_inventedCiphers.bad.yml",
       "did you mean \"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256\"?"},
      {"web_config_noAuth_inventedCurves.bad.yml", "did you mean \"CurveP256\"?"},
      {"web_config_noAuth_keyPath_empty.bad.yml", "TLS needs the certificate's key"},
      {"web_config_noAuth_keyPath_invalid.bad.yml", "key_file: "},
      {"web_config_noAuth_key_empty.bad.yml", "TLS needs the certificate's key"},
      {"web_config_noAuth_noHTTP2Cipher.bad.yml", "exporters refuse this list for HTTP/2"},
      {"web_config_noAuth_wrongTLSVersion.bad.yml", "expected one of TLS10, TLS11, TLS12, TLS13"}};
  // Files with which only these clients get an answer. The bad ones among them are bad because of
  // what their clients show: nothing is wrong with the files, the first of which has the text of
  // web_config_noAuth.good.blocking.yml.
  const std::map<std::string, std::set<std::string>> let_in{
      {"web_config_auth_clientCAs_missing.bad.yml", {}},
      {"web_config_auth_client_san.bad.yaml", {}},
      {"web_config_noAuth.good.blocking.yml", {}},
      {"web_config_auth_client_san.good.yaml", {"client2_selfsigned"}},
      {"tls_config_noAuth.requireandverifyclientcert.good.yml", {"client_selfsigned"}},
      {"tls_config_noAuth.requireanyclientcert.good.yml",
       {"client_selfsigned", "client2_selfsigned"}}};
  const testing::ScratchFolder scratch;
  MakeCertificates(scratch);
  const std::string folder = scratch.Path("");
  size_t refused = 0;
  for (const auto& entry : std::filesystem::directory_iterator(ConformanceFolder("web-config"))) {
    const std::string name = entry.path().filename().string();
    config::Document document = config::Document::Parse(ContentOf(entry.path()), name, {}, folder);
    const WebConfig config = ReadWebConfig(document, folder);
    const std::string mistakes = ToString(document.mistakes());
    INFO(name << ": " << mistakes);
    const bool named_bad = name.find(".bad.") != std::string::npos || name.find("junk") == 11;
    CHECK(document.ok() == (!named_bad || let_in.contains(name)));
    if (document.ok()) {
      const auto named = let_in.find(name);
      CheckClients(config, scratch, named == let_in.end() ? nullptr : &named->second);
      continue;
    }
    ++refused;
    REQUIRE(bad.contains(name));
    CHECK(mistakes.find(bad.at(name)) != std::string::npos);
  }
  CHECK(refused == bad.size());
}

TEST_CASE("what a web configuration says is read") {
  const testing::ScratchFolder scratch;
  MakeCertificates(scratch);
  const std::string folder = scratch.Path("");
  const Read read = ReadText(
      "tls_server_config:\n"
      "  cert_file: server.crt\n"
      "  key: \"" +
          Escaped(ContentOf(scratch.Path("server.key"))) +
          "\"\n"
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
  CHECK(tls.options.certificate.location == folder + "server.crt");
  CHECK(tls.options.key.pem.Reveal().starts_with("-----BEGIN"));
  CHECK(tls.options.client_auth == tls::ClientAuth::kRequireAndVerify);
  CHECK(tls.client_names == std::vector<std::string>{"one", "two"});
  CHECK(tls.options.min_version == tls::Version::kTls13);
  CHECK(
      tls.options.cipher_suites ==
      std::vector<std::string>{"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"});
  CHECK(tls.options.groups == std::vector<std::string>{"X25519", "P-256"});
  CHECK_FALSE(tls.options.prefer_own_ciphers);
  CHECK(FindHeader(read.config.headers, "X-Frame-Options") == "sameorigin");
  REQUIRE(read.config.users.size() == 1);
  CHECK(read.config.users[0].name == "dave");
  CHECK(read.config.rate_limit ==
        RateLimit{.interval = std::chrono::milliseconds{100}, .burst = 20});
}

TEST_CASE("a certificate or key that is none, or of another, is a mistake with its line") {
  const testing::ScratchFolder scratch;
  MakeCertificates(scratch);
  scratch.Write("empty", "");
  const std::vector<std::pair<std::string, std::string>> cases{
      {"server.crt", "client_selfsigned.key"},
      {"server.key", "server.key"},
      {"server.crt", "server.crt"},
      {"empty", "server.key"},
      {"/dev/zero", "server.key"},
      {".", "server.key"}};
  for (const auto& [certificate, key] : cases) {
    const Read read = ReadText(
        fmt::format("tls_server_config:\n  cert_file: {}\n  key_file: {}\n", certificate, key),
        scratch.Path(""));
    CAPTURE(certificate, key, read.mistakes);
    CHECK(read.mistakes.starts_with("web.yml:2: tls_server_config.cert_file: "));
  }
}

TEST_CASE("a web configuration must be a file that can be read again") {
  const testing::ScratchFolder scratch;
  const std::string pipe = scratch.Path("pipe");
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  for (const std::string& file : {pipe, std::string("/dev/null"), scratch.Path("")}) {
    CAPTURE(file);
    const Result<WebConfig> config = LoadWebConfig(file);
    REQUIRE_FALSE(config);
    CHECK(config.error().message().find("not a regular file") != std::string::npos);
  }
  CHECK_FALSE(LoadWebConfig(scratch.Path("nothing")));
  CHECK(LoadWebConfig(scratch.Write("empty.yml", "")));
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
       {"web.yml:2: tls_server_config.cert_file: nothing.crt: No such file",
        "tls_server_config.client_auth_typ: unknown key; did you mean \"client_auth_type\"?",
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
  const testing::ScratchFolder scratch;
  MakeCertificates(scratch);
  const std::string folder = scratch.Path("");
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

TEST_CASE("a list of users without one is a mistake, as everything would be open") {
  for (const char* text :
       {"basic_auth_users:\n", "basic_auth_users: {}\n", "basic_auth_users: ~\n"}) {
    CAPTURE(text);
    config::Document document = config::Document::Parse(text, "web.yml");
    (void)ReadWebConfig(document, "");
    CHECK(
        ToString(document.mistakes()).find("web.yml:1: basic_auth_users: there is no user in it") ==
        0);
  }
  config::Document wrong = config::Document::Parse("basic_auth_users: [a]\n", "web.yml");
  (void)ReadWebConfig(wrong, "");
  CHECK(wrong.mistakes().size() == 1);
}

}  // namespace
}  // namespace klaxon::http
