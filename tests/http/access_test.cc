#include <catch2/catch_test_macros.hpp>

#include "agent/base/mutex.h"
#include "tests/http/logins.h"
#include "tests/http/raw_client.h"
#include "tests/http/server_fixture.h"

namespace klaxon::http {
namespace {

/// A route of each kind, and one that writes without saying for whom.
std::vector<Route> RoutesOfAllRoles() {
  const auto page = [](const Request& request) {
    return TextResponse(200, "for " + request.user + "\nsecond line\n");
  };
  return {{"GET", "/probe", page, Access::kOpen},   {"GET", "/page", page, Access::kViewer},
          {"GET", "/inside", page, Access::kAdmin}, {"POST", "/act", page, Access::kOperator},
          {"POST", "/admin", page, Access::kAdmin}, {"PUT", "/forgotten", page}};
}

struct Audited {
  Mutex mutex{};
  std::vector<AuditEntry> entries{};

  AuditSink Sink() {
    return [this](const AuditEntry& entry) {
      const Lock lock(mutex);
      entries.push_back(entry);
    };
  }
};

RawClient::Answer Ask(const TestServer& server, const std::string& line,
                      const std::string& headers = "", const char* from = "127.0.0.1") {
  return RawClient(server.port(), from).Ask(line + " HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
}

TEST_CASE("without users everything can be read and nothing can be changed") {
  TestServer server({}, RoutesOfAllRoles());
  CHECK(Ask(server, "GET /probe").status == 200);
  CHECK(Ask(server, "GET /page").body == "for \nsecond line\n");
  for (const char* line : {"POST /act", "POST /admin", "PUT /forgotten", "GET /inside"}) {
    for (const char* login : {"", kAdminLogin}) {
      CAPTURE(line, login);
      const RawClient::Answer answer = Ask(server, line, login);
      CHECK(answer.status == 403);
      CHECK(answer.body.find("this Klaxon has no users") != std::string::npos);
    }
  }
  CHECK(Ask(server, "GET /nothing").status == 404);
  CHECK(Ask(server, "POST /page").status == 405);
}

TEST_CASE("with users each route asks for its role") {
  struct Case {
    const char* line;
    int none, viewer, operator_, admin;
  };

  const std::vector<Case> cases{
      {"GET /probe", 200, 200, 200, 200},     {"GET /page", 401, 200, 200, 200},
      {"HEAD /page", 401, 200, 200, 200},     {"GET /inside", 401, 403, 403, 200},
      {"POST /act", 401, 403, 200, 200},      {"POST /admin", 401, 403, 403, 200},
      {"PUT /forgotten", 401, 403, 200, 200}, {"GET /nothing", 401, 404, 404, 404},
      {"POST /page", 401, 405, 405, 405}};
  TestServer server({.access = ThreeUsers()}, RoutesOfAllRoles());
  for (const Case& each : cases) {
    CAPTURE(each.line);
    CHECK(Ask(server, each.line, "", "127.0.0.2").status == each.none);
    CHECK(Ask(server, each.line, kViewerLogin).status == each.viewer);
    CHECK(Ask(server, each.line, kOperatorLogin).status == each.operator_);
    CHECK(Ask(server, each.line, kAdminLogin).status == each.admin);
  }
  CHECK(Ask(server, "GET /page", kViewerLogin).body == "for viewer\nsecond line\n");
  CHECK(server.Rejected(Rejection::kNoLogin) == 8);
  CHECK(server.Rejected(Rejection::kForbidden) == 6);
}

TEST_CASE("a login that is none is answered with how to log in, and nothing about who exists") {
  TestServer server({.access = ThreeUsers()}, RoutesOfAllRoles());
  const RawClient::Answer none = Ask(server, "GET /page");
  CHECK(none.status == 401);
  CHECK(none.Header("WWW-Authenticate") == "Basic realm=\"Klaxon\", charset=\"UTF-8\"");
  const RawClient::Answer wrong = Ask(server, "GET /page", kBadLogin);
  const RawClient::Answer unknown = Ask(server, "GET /page", kStrangerLogin);
  CHECK(wrong.status == 401);
  CHECK(unknown.status == 401);
  CHECK(unknown.body == wrong.body);
  for (const char* login :
       {"Authorization: Bearer abc\r\n", "Authorization: Basic ????\r\n", "Authorization:\r\n",
        "Authorization: Basic YWRtaW46\r\n", "Authorization: Basic OmFkbWluLXB3\r\n"}) {
    CAPTURE(login);
    CHECK(Ask(server, "GET /page", login).status == 401);
  }
}

TEST_CASE("probes ask for a user too where that is configured") {
  AccessRules rules = ThreeUsers();
  rules.open_probes = false;
  TestServer server({.access = rules}, RoutesOfAllRoles());
  CHECK(Ask(server, "GET /probe").status == 401);
  CHECK(Ask(server, "GET /probe", kViewerLogin).status == 200);
}

TEST_CASE("who is refused is told so before sending a body") {
  TestServer server({.access = ThreeUsers()}, RoutesOfAllRoles());
  RawClient client(server.port());
  const RawClient::Answer answer =
      client.Ask("POST /act HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
  CHECK(answer.status == 401);
  CHECK(client.Ended());
}

TEST_CASE("wrong passwords are limited for an address, and whoever is in stays in") {
  TestServer server({.access = ThreeUsers()}, RoutesOfAllRoles());
  REQUIRE(Ask(server, "GET /page", kAdminLogin).status == 200);
  int refused = 0;
  RawClient::Answer answer = Ask(server, "GET /page", kBadLogin);
  for (; answer.status == 401 && refused < 100; ++refused)
    answer = Ask(server, "GET /page", kBadLogin);
  CHECK(refused == 10);
  CHECK(answer.status == 429);
  const int wait = std::stoi(std::string(answer.Header("Retry-After")));
  CHECK(wait >= 1);
  CHECK(wait <= 6);
  CHECK(server.Rejected(Rejection::kWrongLogin) == 10);
  CHECK(server.Rejected(Rejection::kTooOften) == 1);
  CHECK(Ask(server, "GET /page", kAdminLogin).status == 200);
  CHECK(Ask(server, "GET /page", kViewerLogin).status == 429);  // right, but not known yet
  CHECK(Ask(server, "GET /page", kViewerLogin, "127.0.0.2").status == 200);
  CHECK(Ask(server, "GET /probe").status == 200);
}

TEST_CASE("guesses at a name from many addresses slow those down, and do not keep its owner out") {
  TestServer server({.access = ThreeUsers()}, RoutesOfAllRoles());
  for (int i = 0; i < 100; ++i) {
    const std::string from = "127.0.1." + std::to_string(1 + i);
    CHECK(Ask(server, "GET /page", kBadLogin, from.c_str()).status == 401);
  }
  CHECK(Ask(server, "GET /page", kBadLogin, "127.0.1.100").status == 429);
  CHECK(Ask(server, "GET /page", kAdminLogin, "127.0.2.1").status == 200);
  CHECK(Ask(server, "GET /page", kViewerLogin, "127.0.2.1").status == 200);
}

TEST_CASE("a rate limit lets its burst through, and probes always") {
  AccessRules rules;
  rules.rate_limit = {.interval = std::chrono::hours{1}, .burst = 3};
  TestServer server({.access = rules}, RoutesOfAllRoles());
  for (int i = 0; i < 3; ++i)
    CHECK(Ask(server, "GET /page").status == 200);
  const RawClient::Answer answer = Ask(server, "GET /page");
  CHECK(answer.status == 429);
  CHECK(answer.Header("Retry-After") == "3600");
  CHECK(Ask(server, "GET /probe").status == 200);
  server->SetAccess({});
  CHECK(Ask(server, "GET /page").status == 200);
}

TEST_CASE("users and roles are replaced while the server runs") {
  TestServer server({.access = ThreeUsers()}, RoutesOfAllRoles());
  CHECK(Ask(server, "POST /act", kViewerLogin).status == 403);
  AccessRules rules = ThreeUsers();
  rules.users[0].role = Access::kOperator;
  rules.users.pop_back();
  server->SetAccess(rules);
  CHECK(Ask(server, "POST /act", kViewerLogin).status == 200);
  CHECK(Ask(server, "GET /page", kAdminLogin).status == 401);
}

TEST_CASE("a browser that another site has sent is refused, whoever is logged in") {
  TestServer server({.access = ThreeUsers()}, RoutesOfAllRoles());
  for (const char* from : {"Sec-Fetch-Site: cross-site\r\n", "Origin: http://evil.example\r\n"}) {
    CAPTURE(from);
    CHECK(Ask(server, "POST /act", std::string(kAdminLogin) + from).status == 403);
    CHECK(Ask(server, "POST /act", from).status == 403);
    CHECK(Ask(server, "GET /page", std::string(kAdminLogin) + from).status == 200);
  }
  CHECK(Ask(server, "POST /act", std::string(kAdminLogin) + "Origin: http://a\r\n").status == 200);
}

TEST_CASE("every attempt to change something is told the audit, refused ones too") {
  Audited audited;
  ServerOptions options;
  options.access = ThreeUsers();
  options.audit = audited.Sink();
  TestServer server(options, RoutesOfAllRoles());
  Ask(server, "POST /act", kOperatorLogin);
  Ask(server, "POST /admin", kOperatorLogin);
  Ask(server, "POST /admin", kBadLogin);
  Ask(server, "POST /admin");
  Ask(server, "POST /act", std::string(kAdminLogin) + "Sec-Fetch-Site: cross-site\r\n");
  Ask(server, "POST /act", std::string(kBadLogin) + "Sec-Fetch-Site: cross-site\r\n");
  Ask(server, "GET /page", kAdminLogin);
  Ask(server, "POST /nothing", kAdminLogin);

  struct Row {
    const char *user, *claimed, *action;
    int status;
    const char* result;
  };

  const std::vector<Row> rows{
      {"operator", "", "POST /act", 200, "for operator"},
      {"operator", "", "POST /admin", 403, "This takes the role admin; you are operator."},
      {"", "admin", "POST /admin", 401, "User or password are wrong."},
      {"", "", "POST /admin", 401, "Log in first."},
      {"admin", "", "POST /act", 403,
       "This request is not taken: another site made the browser send it."},
      {"", "admin", "POST /act", 403,
       "This request is not taken: another site made the browser send it."}};
  const Lock lock(audited.mutex);
  REQUIRE(audited.entries.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    const AuditEntry& entry = audited.entries[i];
    CAPTURE(i);
    CHECK(entry.user == rows[i].user);
    CHECK(entry.claimed == rows[i].claimed);
    CHECK(entry.address == "127.0.0.1");
    CHECK(entry.action == rows[i].action);
    CHECK(entry.status == rows[i].status);
    CHECK(entry.result == rows[i].result);
  }
}

TEST_CASE("an attempt whose body is not taken is told the audit, too") {
  struct Case {
    const char* what;
    const char* rest;  // of the head, and the body
  };

  const Case cases[] = {
      {"too large", "Transfer-Encoding: chunked\r\n\r\n7fffffff\r\n"},
      {"a chunk that cannot be read", "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.what);
    Audited audited;
    ServerOptions options;
    options.access = ThreeUsers();
    options.audit = audited.Sink();
    TestServer server(options, RoutesOfAllRoles());
    RawClient(server.port())
        .Ask(std::string("POST /admin HTTP/1.1\r\nHost: a\r\n") + kAdminLogin + each.rest);
    server->Stop();
    const Lock lock(audited.mutex);
    REQUIRE(audited.entries.size() == 1);
    CHECK(audited.entries[0].user == "admin");
    CHECK(audited.entries[0].action == "POST /admin");
    CHECK(audited.entries[0].status >= 400);
    CHECK(audited.entries[0].result ==
          "The request did not come to its end, or its body was not taken.");
  }
}

TEST_CASE("what could not be written down is not done") {
  Audited audited;
  bool ready = false;
  ServerOptions options;
  options.access = ThreeUsers();
  options.audit = audited.Sink();
  options.audit_ready = [&ready] { return ready; };
  TestServer server(options, RoutesOfAllRoles());
  CHECK(Ask(server, "POST /act", kOperatorLogin).status == 503);
  CHECK(Ask(server, "GET /page", kAdminLogin).status == 200);
  ready = true;
  CHECK(Ask(server, "POST /act", kOperatorLogin).status == 200);
}

TEST_CASE("what makes things safer is done, too, when it cannot be written down, and says so") {
  Audited audited;
  bool ready = false;
  ServerOptions options;
  options.access = ThreeUsers();
  options.audit = audited.Sink();
  options.audit_ready = [&ready] { return ready; };
  std::vector<Route> routes = RoutesOfAllRoles();
  routes.push_back({"POST", "/safer",
                    [](const Request&) { return TextResponse(200, "it stands still\n"); },
                    Access::kOperator, true});
  routes.push_back({"POST", "/no", [](const Request&) { return TextResponse(409, "no\n"); },
                    Access::kOperator, true});
  TestServer server(options, std::move(routes));
  const auto answer = Ask(server, "POST /safer", kOperatorLogin);
  CHECK(answer.status == 200);
  CHECK(answer.body.starts_with("it stands still; the audit log cannot be written: "));
  CHECK(Ask(server, "POST /no", kOperatorLogin).body == "no\n");
  CHECK(Ask(server, "POST /safer", kBadLogin).status == 401);
  CHECK(Ask(server, "POST /act", kOperatorLogin).status == 503);
  ready = true;
  CHECK(Ask(server, "POST /safer", kOperatorLogin).body == "it stands still\n");
  const Lock lock(audited.mutex);
  CHECK(audited.entries.size() == 5);
}

}  // namespace
}  // namespace klaxon::http
