#include "collectors/http_source.h"

#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/config/document.h"
#include "tests/support/certificates.h"

namespace klaxon {
namespace {

std::vector<config::Mistake> MistakesOf(const std::string& text, HttpSource& source) {
  config::Document document = config::Document::Parse(text, "klaxon.yaml");
  {
    config::YamlMap root = document.Root();
    source = ReadHttpSource(root, {.example = "http://registry:8081"});
  }
  return document.mistakes();
}

TEST_CASE("an address is enough", "[http_source]") {
  HttpSource source;
  CHECK(MistakesOf("{url: 'http://a:8081, http://b:8081/x'}", source).empty());
  CHECK(source == HttpSource{.urls = {"http://a:8081", "http://b:8081/x"}});
}

TEST_CASE("every way to be asked is read", "[http_source]") {
  const testing::ScratchFolder folder;
  const testing::CertificateAuthority authority;
  const testing::IssuedCertificate own = authority.Issue({});
  const std::string trust = folder.Write("ca.pem", authority.certificate());
  const std::string me = folder.Write("me.pem", own.certificate + own.key);
  const std::string token = folder.Write("token", "abc\n");
  HttpSource source;
  CHECK(MistakesOf("{url: 'https://a', ssl.ca.location: " + trust +
                       ", ssl.certificate.location: " + me +
                       ", proxy: 'http://proxy:3128', proxy.username: u, proxy.password: p,"
                       " no_proxy: 'localhost,.example.org,10.0.0.0/8',"
                       " headers: {X-Api-Key: k, X-Tenant: t}}",
                   source)
            .empty());
  CHECK(source.tls.trust.location == trust);
  CHECK(source.tls.certificate.location == me);
  CHECK(source.proxy == http::Proxy{.address = {"proxy", 3128},
                                    .username = "u",
                                    .password = Secret("p"),
                                    .except = {"localhost", ".example.org", "10.0.0.0/8"}});
  CHECK(source.headers == http::HeaderList{{"X-Api-Key", "k"}, {"X-Tenant", "t"}});
  CHECK(MistakesOf("{url: 'http://a', username: u, password_file: " + token + "}", source).empty());
  CHECK(source.password == Secret("abc"));
  CHECK(MistakesOf("{url: 'http://a', token: abc}", source).empty());
  CHECK(source.token == Secret("abc"));
  CHECK(MistakesOf("{url: 'http://a', token_file: " + token + "}", source).empty());
  CHECK(source.token_file == token);
  CHECK(source.token.empty());  // the file may be renewed
  CHECK(MistakesOf("{url: 'http://a', oauth.token.url: 'https://login/t?v=1', oauth.client.id: c,"
                   " oauth.client.secret: s, oauth.scope: x, oauth.parameters: {audience: y},"
                   " oauth.header.urlencode: false, oauth.ssl.ca.location: " +
                       trust + ", oauth.ssl.certificate.location: " + me + "}",
                   source)
            .empty());
  REQUIRE(source.oauth);
  CHECK(source.oauth->token_url == "https://login/t?v=1");
  CHECK(source.oauth->id == "c");
  CHECK(source.oauth->secret == Secret("s"));
  CHECK(source.oauth->parameters.size() == 1);
  CHECK_FALSE(source.oauth->encode_login);
  CHECK(source.oauth->tls.trust.location == trust);
  CHECK(source.oauth->tls.certificate.location == me);
}

TEST_CASE("each mistake is told at its key, without a secret", "[http_source]") {
  struct Case {
    std::string text;
    std::string where;
    std::string what;
  };

  const std::string oauth = "url: 'http://a', oauth.token.url: 'http://l/t', ";
  const std::string login = "oauth.client.id: c, oauth.client.secret: hunter2";
  const std::vector<Case> cases{
      {"{}", "url", "required"},
      {"{url: []}", "url", "http://registry:8081"},
      {"{url: 'a:8081'}", "url", ""},
      {"{url: 'http://a/?x=1'}", "url", "query"},
      {"{url: 'http://u:hunter2@a/'}", "url", "do not belong into a URL"},
      {"{url: 'http://a', username: u}", "username", "belong together"},
      {"{url: 'http://a', username: 'a:b', password: hunter2}", "username", "colon"},
      {"{url: 'http://a', username: u, password: hunter2, token: t}", "token",
       "is a second login; give this or username"},
      {"{url: 'http://a', token: hunter2, " + oauth.substr(17) + login + "}", "oauth.token.url",
       "second login"},
      {"{url: 'http://a', ssl.ca.location: /ca}", "ssl.ca.location", "not used with http"},
      {"{url: 'http://a', oauth.client.id: c}", "oauth.client.id",
       "not used without oauth.token.url"},
      {"{" + oauth + "oauth.client.id: c}", "oauth.token.url", "needs oauth.client.id and"},
      {"{url: 'http://a', oauth.token.url: 'login/t', " + login + "}", "oauth.token.url", "no URL"},
      {"{" + oauth + login + ", oauth.ssl.ca.location: /ca}", "oauth.ssl.ca.location",
       "is of no use without an https:// address"},
      {"{url: 'http://a', oauth.token.url: 'https://l/t', " + login +
           ", oauth.ssl.ca.location: /no/such/file}",
       "oauth.ssl.ca.location", "/no/such/file"},
      {"{url: 'http://a', proxy: 'proxy:3128'}", "proxy", ""},
      {"{url: 'http://a', proxy: 'https://proxy:3128'}", "proxy", "http://proxy:3128"},
      {"{url: 'http://a', proxy: 'http://proxy:3128/x'}", "proxy", "http://proxy:3128"},
      {"{url: 'http://a', no_proxy: b}", "no_proxy", "not used without proxy"},
      {"{url: 'http://a', proxy: 'http://p:1', no_proxy: '10.0.0.0/99'}", "no_proxy",
       "10.0.0.0/99"},
      {"{url: 'http://a', headers: {Authorization: hunter2}}", "headers", "is set by username"},
      {"{url: 'http://a', headers: {host: hunter2}}", "headers", "is Klaxon's to set"},
      {"{url: 'http://a', headers: {'a b': hunter2}}", "headers", "no name of a header"},
      {"{url: 'http://a', headers: {X-A: \"hunter2\\r\\nB: c\"}}", "headers", "must not hold"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    HttpSource source;
    const std::vector<config::Mistake> mistakes = MistakesOf(each.text, source);
    CAPTURE(ToString(mistakes));
    REQUIRE(mistakes.size() == 1);
    CHECK(mistakes[0].path == each.where);
    CHECK(mistakes[0].what.find(each.what) != std::string::npos);
    CHECK(ToString(mistakes).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("what was read goes out with requests", "[http_source]") {
  const auto http = http::MakeHttpClient();
  HttpSource source{.username = "u",
                    .password = Secret("p"),
                    .proxy = http::Proxy{.address = {"proxy", 3128}},
                    .headers = {{"X-A", "b"}}};
  http::ClientAccess access = MakeAccess(source, "registry/main", *http);
  CHECK(access.tls != nullptr);
  CHECK(access.username == "u");
  CHECK(access.password == Secret("p"));
  CHECK(access.bearer == nullptr);
  REQUIRE(access.proxy != nullptr);
  CHECK(*access.proxy == *source.proxy);
  CHECK(access.headers == source.headers);
  CHECK(MakeAccess({.token = Secret("t")}, "x", *http).bearer != nullptr);
  CHECK(MakeAccess({.token_file = "/f"}, "x", *http).bearer != nullptr);
}

}  // namespace
}  // namespace klaxon
