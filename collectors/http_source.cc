#include "collectors/http_source.h"

#include <array>
#include <memory>
#include <set>
#include <utility>

#include "agent/base/clock.h"
#include "agent/http/bearer.h"
#include "agent/http/field.h"
#include "agent/http/token_keeper.h"
#include "agent/http/url.h"
#include "collectors/security_keys.h"
#include "collectors/shared_keys.h"

namespace klaxon {
namespace {

using config::YamlMap;

/// Complains of an address that is given twice, with or without the default port and a slash.
void CheckTwice(YamlMap& yaml, std::string_view key, const std::vector<std::string>& urls) {
  std::set<std::string> seen;
  for (const std::string& text : urls) {
    const Result<http::Url> url = http::ParseUrl(text);
    if (!url) {
      continue;  // complained of elsewhere
    }
    std::string same = url->Origin() + url->path;
    while (same.ends_with('/')) {
      same.pop_back();
    }
    if (!seen.insert(same + "?" + url->query).second) {
      yaml.Complain(key, "holds the same address twice: " + url->ForPeople() + "; give it once");
    }
  }
}

std::vector<std::string> ReadUrls(YamlMap& yaml, const UrlKey& key) {
  if (key.required && !yaml.Require(key.name)) {
    return {};
  }
  std::vector<std::string> urls = yaml.StringList(key.name);
  if (key.required && urls.empty()) {
    yaml.Complain(key.name, "is empty; give an address such as " + std::string(key.example));
  }
  CheckTwice(yaml, key.name, urls);
  return urls;
}

void ReadUser(YamlMap& yaml, const std::string& prefix, std::string& username, Secret& password) {
  const std::string user_key = prefix + "username";
  const std::string password_key = prefix + "password";
  username = yaml.String(user_key, "");
  password = yaml.Secret(password_key);
  if (username.empty() != password.empty()) {
    yaml.Complain(username.empty() ? password_key : user_key,
                  user_key + " and " + password_key + " belong together; give both or none");
  }
  if (username.find(':') != std::string::npos) {
    yaml.Complain(user_key, "must not hold a colon (RFC 7617)");
  }
}

/// How the token endpoint is trusted, and our certificate there.
tls::ClientOptions ReadOAuthTls(YamlMap& yaml, bool https) {
  tls::ClientOptions tls;
  tls.trust = {.location = yaml.FileName("oauth.ssl.ca.location").value_or(""),
               .password = yaml.Secret("oauth.ssl.ca.password")};
  tls.certificate.location = yaml.FileName("oauth.ssl.certificate.location").value_or("");
  tls.key = {.location = yaml.FileName("oauth.ssl.key.location").value_or(""),
             .password = yaml.Secret("oauth.ssl.key.password")};
  if (tls.key.location.empty()) {  // it is in the certificate's file, and the password of that
    tls.certificate.password = std::exchange(tls.key.password, {});
  }
  for (const auto& [store, key] : {std::pair(&tls.trust, "oauth.ssl.ca.location"),
                                   std::pair(&tls.certificate, "oauth.ssl.certificate.location")}) {
    if (!store->empty() && !https) {
      yaml.Complain(key, "is of no use without an https:// address in oauth.token.url");
      return tls;
    }
  }
  if (tls.certificate.empty() && !tls.key.location.empty()) {
    yaml.Complain("oauth.ssl.key.location", "needs oauth.ssl.certificate.location as well");
  } else if (const Result<void> good = tls::ClientContext(tls, "check").Check(); !good) {
    yaml.Complain(
        tls.certificate.empty() ? "oauth.ssl.ca.location" : "oauth.ssl.certificate.location",
        good.error().message());
  }
  return tls;
}

void CheckOAuth(YamlMap& yaml, const http::OAuthClient& client) {
  if (client.token_url.empty()) {
    for (const char* const key : {"oauth.client.id", "oauth.client.secret", "oauth.scope"}) {
      if (yaml.Has(key)) {
        yaml.Complain(key, "is not used without oauth.token.url");
        return;
      }
    }
  } else if (client.id.empty() || client.secret.empty()) {
    yaml.Complain("oauth.token.url", "needs oauth.client.id and oauth.client.secret");
  }
}

std::optional<http::OAuthClient> ReadOAuth(YamlMap& yaml) {
  http::OAuthClient client{.keys = {.url = "oauth.token.url",
                                    .id = "oauth.client.id",
                                    .secret = "oauth.client.secret",
                                    .scope = "oauth.scope"}};
  client.token_url = yaml.String("oauth.token.url", "");
  client.id = yaml.String("oauth.client.id", "");
  client.secret = yaml.Secret("oauth.client.secret");
  client.scope = yaml.String("oauth.scope", "");
  client.parameters = yaml.StringMap("oauth.parameters");
  client.encode_login = yaml.Bool("oauth.header.urlencode", client.encode_login);
  bool https = false;
  if (!client.token_url.empty()) {
    const Result<http::Url> url = http::ParseUrl(client.token_url);
    https = url && url->scheme == "https";
    if (!url) {
      yaml.Complain("oauth.token.url", url.error().message());
    }
  }
  client.tls = ReadOAuthTls(yaml, https);
  CheckOAuth(yaml, client);
  return client.token_url.empty() ? std::nullopt : std::optional(std::move(client));
}

void CheckLogins(YamlMap& yaml, const HttpSource& source) {
  const std::array<std::pair<bool, std::string_view>, 4> ways{
      {{!source.username.empty(), "username"},
       {!source.token.empty(), "token"},
       {!source.token_file.empty(), "token_file"},
       {source.oauth.has_value(), "oauth.token.url"}}};
  std::string_view first;
  for (const auto& [given, key] : ways) {
    if (given && !first.empty()) {
      yaml.Complain(key, "is a second login; give this or " + std::string(first));
    }
    first = given && first.empty() ? key : first;
  }
}

void ReadLogin(YamlMap& yaml, HttpSource& source) {
  ReadUser(yaml, "", source.username, source.password);
  source.token = yaml.Secret("token");
  if (std::optional<std::string> file = yaml.FileName("token_file")) {
    source.token_file = *std::move(file);
    source.token = {};  // read whenever it is needed: what it holds now may be renewed
  }
  source.oauth = ReadOAuth(yaml);
  CheckLogins(yaml, source);
}

std::optional<http::Proxy> ReadProxy(YamlMap& yaml) {
  http::Proxy proxy;
  const std::optional<std::string> address = yaml.OptionalString("proxy");
  ReadUser(yaml, "proxy.", proxy.username, proxy.password);
  proxy.except = yaml.StringList("no_proxy");
  for (const std::string& entry : proxy.except) {
    if (const Result<void> good = http::CheckException(entry); !good) {
      yaml.Complain("no_proxy", good.error().message());
    }
  }
  if (!address) {
    for (const char* const key : {"proxy.username", "no_proxy"}) {
      if (yaml.Has(key)) {
        yaml.Complain(key, "is not used without proxy");
      }
    }
    return std::nullopt;
  }
  const Result<http::Url> url = http::ParseUrl(*address);
  if (!url) {
    yaml.Complain("proxy", url.error().message());
  } else if (url->scheme != "http" || url->path != "/" || !url->query.empty()) {
    yaml.Complain("proxy", "expected an address such as http://proxy:3128");
  } else {
    proxy.address = {url->host, url->port};
  }
  return proxy;
}

/// Why a request must not carry this header; empty: it may.
std::string_view WhyNot(const std::string& name, const std::string& value) {
  if (!http::IsToken(name)) {
    return "is no name of a header";
  }
  if (!http::IsFieldValue(value)) {
    return "holds what a header must not hold";
  }
  if (http::EqualWithoutCase(name, "Authorization")) {
    return "is set by username, token or oauth.token.url";
  }
  for (const char* const ours :
       {"Host", "Connection", "Content-Length", "Content-Type", "Transfer-Encoding", "Accept",
        "Accept-Encoding", "Proxy-Authorization", "TE", "Trailer", "Upgrade", "Expect"}) {
    if (http::EqualWithoutCase(name, ours)) {
      return "is Klaxon's to set";
    }
  }
  return "";
}

http::HeaderList ReadHeaders(YamlMap& yaml) {
  http::HeaderList headers = yaml.StringMap("headers");
  for (const auto& [name, value] : headers) {
    if (const std::string_view why = WhyNot(name, value); !why.empty()) {
      yaml.Complain("headers", Printable(name, 60) + " " + std::string(why));
    }
  }
  return headers;
}

/// Waits for tokens by the machine's clock, as requests do.
Clock& MachineClock() {
  static SystemClock clock;
  return clock;
}

}  // namespace

HttpSource ReadHttpSource(YamlMap& yaml, const UrlKey& key) {
  HttpSource source;
  source.urls = ReadUrls(yaml, key);
  const bool https = CheckUrls(source.urls, key.name, yaml);
  source.tls = ReadTlsKeys(yaml, https || key.more_tls);
  ReadLogin(yaml, source);
  source.proxy = ReadProxy(yaml);
  source.headers = ReadHeaders(yaml);
  return source;
}

http::ClientAccess MakeAccess(const HttpSource& source, const std::string& subject,
                              http::HttpClient& http) {
  http::ClientAccess access{.tls = std::make_shared<tls::ClientContext>(source.tls, subject),
                            .username = source.username,
                            .password = source.password,
                            .headers = source.headers};
  if (source.oauth) {
    access.bearer =
        std::make_shared<http::TokenKeeper>(*source.oauth, subject, MachineClock(), http);
  } else if (!source.token_file.empty()) {
    access.bearer = http::TokenInFile(source.token_file);
  } else if (!source.token.empty()) {
    access.bearer = http::WrittenToken(source.token, "token");
  }
  if (source.proxy) {
    access.proxy = std::make_shared<const http::Proxy>(*source.proxy);
  }
  return access;
}

}  // namespace klaxon
