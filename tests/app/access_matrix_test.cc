#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "agent/app/routes.h"
#include "agent/http/client.h"
#include "alerts/notify/notifier.h"
#include "tests/http/logins.h"
#include "tests/http/raw_client.h"

namespace klaxon::app {
namespace {

using http::Access;
using http::RawClient;
using http::Route;

/// The routes of an agent that watches nothing, behind a real server.
class Served {
 public:
  explicit Served(http::AccessRules rules) {
    Result<std::unique_ptr<http::Server>> server = http::Server::Listen(
        {.listen = {.host = "127.0.0.1"}, .access = std::move(rules)}, routes());
    REQUIRE(server);
    server_ = *std::move(server);
    const WallTime now = clock_.Now().wall;
    const Result<std::string> silence =
        notifier_.SetSilence({.matchers = notify::ParseMatchers("a=b").value(),
                              .starts_at = now,
                              .ends_at = now + std::chrono::hours{1}});
    REQUIRE(silence);
    silence_ = *silence;
  }

  std::vector<Route> routes() {
    return Routes({.clock = clock_,
                   .views = views_,
                   .sources = [] { return size_t{0}; },
                   .metrics = [](const http::Request&) { return http::TextResponse(200, ""); },
                   .query = query_,
                   .explainer = explainer_,
                   .notifier = [this] { return &notifier_; },
                   .reload = [] { return Result<std::string>("reloaded"); },
                   .carry = [](const RecoveryOrder&) { return Result<std::string>("done"); }});
  }

  std::string Target(const std::string& path) const;

  int Status(const std::string& method, const std::string& path, const std::string& login) {
    RawClient client(server_->port());
    const bool body = method != "GET" && method != "HEAD" && method != "OPTIONS";
    const std::string_view text = path == "/api/v2/silences" ? kSilence : kBody;
    client.Send(method + " " + path + " HTTP/1.1\r\nHost: a\r\n" + login +
                (body ? fmt::format("Content-Length: {}\r\n\r\n{}", text.size(), text) : "\r\n"));
    return client.Read(method == "HEAD").status;
  }

 private:
  static constexpr std::string_view kBody = R"({"connector": "sink", "why": "a test"})";
  static constexpr std::string_view kSilence =
      R"({"matchers": [{"name": "a", "value": "b", "isRegex": false}], "createdBy": "me",
          "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2200-01-01T00:00:00Z", "comment": "x"})";

  SystemClock clock_;
  series::Keeper series_{{}, clock_, [](metrics::MetricWriter&) {}};
  query_api::QueryApi query_{series_, clock_};
  RuleExplainer explainer_{series_, clock_, [] {
                             RuleBoard board;
                             board.groups.push_back({.rules = {{.name = "a", .expression = "1"}}});
                             return std::make_shared<const RuleBoard>(board);
                           }};
  Latest<View> views_{std::make_shared<const View>()};
  std::unique_ptr<http::HttpClient> http_ = http::MakeHttpClient();
  notify::Notifier notifier_{{.clock = clock_, .http = *http_, .missing = "a test"}, {}};
  std::string silence_;
  std::unique_ptr<http::Server> server_;
};

/// Something to ask a route for that it answers.
std::string Served::Target(const std::string& path) const {
  if (path == "/api/v2/silence/*") return "/api/v2/silence/" + silence_;
  if (path == "/api/v1/query" || path == "/api/v1/query_range") return path + "?query=1";
  if (path == "/api/klaxon/v1/rules/explain") return path + "?rule=a";
  if (path == "/runbooks/*") return "/runbooks/watchdog";
  if (path == "/api/v1/series") return path + "?match%5B%5D=up";
  return path == "/api/v1/label/*" ? "/api/v1/label/job/values" : path;
}

struct Credential {
  std::string name;
  std::string login;
  int rank;  ///< 0: not let in; else 1 + what the user may do as Access counts
};

const std::vector<Credential>& Credentials() {
  static const std::vector<Credential> all{{"none", "", 0},
                                           {"wrong", http::kBadLogin, 0},
                                           {"viewer", http::kViewerLogin, 1},
                                           {"operator", http::kOperatorLogin, 2},
                                           {"admin", http::kAdminLogin, 3}};
  return all;
}

/// What the table of routes alone says.
int Expected(const std::vector<Route>& routes, const std::string& method, const Route& asked,
             const Credential& credential) {
  const auto found = std::ranges::find_if(routes, [&](const Route& route) {
    return route.path == asked.path &&
           (route.method == method || (method == "HEAD" && route.method == "GET"));
  });
  const Access needed = found == routes.end() ? Access::kViewer : found->access;
  if (needed != Access::kOpen) {
    if (credential.rank == 0) return 401;
    if (credential.rank < static_cast<int>(needed)) return 403;
  }
  return found == routes.end() ? 405 : 200;
}

TEST_CASE("every route lets in whom its row in the table names, for every method", "[access]") {
  const std::vector<Route> routes = Served({}).routes();
  REQUIRE(routes.size() > 8);
  for (const Route& route : routes) {
    Served served(http::ThreeUsers());  // each anew, so that wrong passwords do not become too many
    for (const char* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
      for (const Credential& credential : Credentials()) {
        CAPTURE(route.path, method, credential.name);
        CHECK(served.Status(method, served.Target(route.path), credential.login) ==
              Expected(routes, method, route, credential));
      }
    }
  }
}

TEST_CASE("without users every route that reads answers, and none that changes anything",
          "[access]") {
  Served served({});
  for (const Route& route : served.routes()) {
    for (const Credential& credential : Credentials()) {
      CAPTURE(route.method, route.path, credential.name);
      const bool reads = route.method == "GET" && route.access <= Access::kViewer;
      CHECK(served.Status(route.method, served.Target(route.path), credential.login) ==
            (reads ? 200 : 403));
    }
  }
}

TEST_CASE("a route that changes something names the role that may", "[access]") {
  for (const Route& route : Served({}).routes()) {
    CAPTURE(route.method, route.path);
    if (route.method != "GET") CHECK(route.access >= Access::kOperator);
    // What is open to anyone is a decision, made for probes only.
    if (route.access == Access::kOpen) CHECK(route.path.starts_with("/-/"));
  }
}

TEST_CASE("docs/access.md lists every route with its role", "[access]") {
  std::ostringstream docs;
  docs << std::ifstream("docs/access.md").rdbuf();
  for (const Route& route : Served({}).routes()) {
    const std::string row =
        fmt::format("| `{} {}` | {} |", route.method, route.path, Name(route.access));
    CAPTURE(row);
    CHECK(docs.str().find(row) != std::string::npos);
  }
}

}  // namespace
}  // namespace klaxon::app
