#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "agent/app/agent_config.h"
#include "agent/app/reload_desk.h"
#include "agent/app/web_keeper.h"
#include "tests/http/logins.h"
#include "tests/http/raw_client.h"
#include "tests/support/certificates.h"

namespace klaxon::app {
namespace {

using http::Access;
using std::chrono::seconds;

std::string UsersFile(const std::string& more = "") {
  return std::string("basic_auth_users:\n  viewer: ") + http::kViewerHash +
         "\n  admin: " + http::kAdminHash + "\n" + more;
}

WebSettings Settings(const testing::ScratchFolder& folder) {
  return {.file = folder.Write("web.yml", UsersFile()), .roles = {{"admin", Access::kAdmin}}};
}

TEST_CASE("roles are given by user, and others are viewers", "[web]") {
  const testing::ScratchFolder folder;
  const Result<WebKeeper> keeper = WebKeeper::Load(Settings(folder));
  REQUIRE(keeper);
  const http::AccessRules& rules = keeper->rules();
  REQUIRE(rules.users.size() == 2);
  CHECK(rules.users[0].name == "viewer");
  CHECK(rules.users[0].role == Access::kViewer);
  CHECK(rules.users[1].role == Access::kAdmin);
  CHECK(rules.open_probes);
}

TEST_CASE("a role for nobody is a mistake that names who was meant", "[web]") {
  const testing::ScratchFolder folder;
  WebSettings settings = Settings(folder);
  settings.roles = {{"adminn", Access::kAdmin}, {"x", Access::kViewer}};
  const Result<WebKeeper> keeper = WebKeeper::Load(settings);
  REQUIRE_FALSE(keeper);
  CHECK(keeper.error().message() == "web.roles: no user \"adminn\" in " + settings.file +
                                        "; did you mean \"admin\"?\nweb.roles: no user \"x\" in " +
                                        settings.file);
  settings.file = "";
  CHECK(WebKeeper::Load(settings).error().message().find("web.config_file is not given") !=
        std::string::npos);
}

/// A server that a web configuration file is kept for.
struct KeptServer {
  testing::ScratchFolder folder{};
  WebSettings settings = Settings(folder);
  Result<WebKeeper> keeper = WebKeeper::Load(settings);
  std::unique_ptr<http::Server> server{};

  KeptServer() {
    REQUIRE(keeper);
    const auto page = [](const http::Request&) { return http::TextResponse(200, "page"); };
    auto listening = http::Server::Listen(
        {.listen = {.host = "127.0.0.1"}, .access = keeper->rules()}, {{"GET", "/", page}});
    REQUIRE(listening);
    server = *std::move(listening);
  }

  int Status(const char* login) const {
    return http::RawClient(server->port()).Ask(http::GetRequest("/", login)).status;
  }
};

TEST_CASE("a deleted user is out at once, though a role still names it", "[web]") {
  KeptServer kept;
  CHECK(kept.Status(http::kAdminLogin) == 200);
  kept.folder.Write("web.yml",
                    std::string("basic_auth_users: {viewer: ") + http::kViewerHash + "}\n");
  kept.keeper->Renew(*kept.server);
  CHECK(kept.keeper->in_force());
  CHECK(kept.Status(http::kAdminLogin) == 401);
  CHECK(kept.Status(http::kViewerLogin) == 200);
  CHECK_FALSE(WebKeeper::Load(kept.settings));  // at a start it is a mistake
}

TEST_CASE("nothing that runs is opened: users and TLS that are gone are refused", "[web]") {
  const testing::ScratchFolder folder;
  const Result<WebKeeper> keeper = WebKeeper::Load(Settings(folder));
  REQUIRE(keeper);
  for (const char* text : {"", "rate_limit: {interval: 0}\n", "basic_auth_users:\n", "{}\n"}) {
    CAPTURE(text);
    const Result<WebKeeper> next = keeper->Next({.file = folder.Write("web.yml", text)});
    REQUIRE_FALSE(next);
    const std::string message = next.error().message();
    CAPTURE(message);
    CHECK((message.find("restart Klaxon to open it") != std::string::npos ||
           message.find("there is no user in it") != std::string::npos));
  }
  CHECK_FALSE(keeper->Next({}));  // nor by naming no file any more
}

TEST_CASE("the sections web and audit are read, their files from the configuration's folder",
          "[web]") {
  const testing::ScratchFolder folder;
  folder.Write("web.yml", UsersFile());
  const std::string file =
      folder.Write("klaxon.yaml",
                   "web: {config_file: web.yml, roles: {admin: admin}, default_role: operator, "
                   "open_probes: false}\n"
                   "audit: {file: audit.jsonl}\n"
                   "clusters: [{name: main, kafka: {bootstrap.servers: 'broker:9092'}}]\n");
  const Result<AgentConfig> config = LoadAgentConfig(file);
  REQUIRE(config);
  CHECK(config->web.file == folder.Path("web.yml"));
  CHECK(config->web.roles.size() == 1);
  CHECK(config->web.default_role == Access::kOperator);
  CHECK_FALSE(config->web.open_probes);
  CHECK(config->audit_file == folder.Path("audit.jsonl"));
  config::Document wrong =
      config::Document::Parse("web: {roles: {a: root}, default_role: nobody}", "klaxon.yaml");
  (void)ReadAgentConfig(wrong);
  const std::string mistakes = ToString(wrong.mistakes());
  CAPTURE(mistakes);
  CHECK(mistakes.find("web.roles: a: expected one of viewer, operator, admin, found \"root\"") !=
        std::string::npos);
  CHECK(mistakes.find("web.default_role: expected one of viewer, operator, admin") !=
        std::string::npos);
}

TEST_CASE("a changed web configuration is taken while the server runs, a broken one is not",
          "[web]") {
  KeptServer kept;
  CHECK(kept.Status(http::kOperatorLogin) == 401);
  kept.keeper->Renew(*kept.server);
  CHECK(kept.Status(http::kOperatorLogin) == 401);
  kept.folder.Write("web.yml", UsersFile(std::string("  operator: ") + http::kOperatorHash + "\n"));
  kept.keeper->Renew(*kept.server);
  CHECK(kept.keeper->in_force());
  CHECK(kept.Status(http::kOperatorLogin) == 200);
  kept.folder.Write("web.yml", "rate_limit: {interval: 0}\n");
  kept.keeper->Renew(*kept.server);
  CHECK_FALSE(kept.keeper->in_force());
  CHECK(kept.Status("") == 401);
  kept.folder.Write("web.yml", UsersFile("  operator: no-hash\n"));
  kept.keeper->Renew(*kept.server);
  kept.keeper->Renew(*kept.server);
  CHECK_FALSE(kept.keeper->in_force());
  CHECK(kept.Status(http::kOperatorLogin) == 200);
  std::filesystem::remove(kept.settings.file);
  kept.keeper->Renew(*kept.server);
  CHECK_FALSE(kept.keeper->in_force());
  CHECK(kept.Status(http::kAdminLogin) == 200);
  CHECK(kept.Status("") == 401);
  kept.folder.Write("web.yml", UsersFile());
  kept.keeper->Renew(*kept.server);
  CHECK(kept.keeper->in_force());
  CHECK(kept.Status(http::kOperatorLogin) == 401);
}

TEST_CASE(
    "TLS comes with the web configuration while the server runs, and goes with a restart only",
    "[web]") {
  const testing::ScratchFolder folder;
  const testing::IssuedCertificate ours = testing::SelfSigned({});
  folder.Write("server.crt", ours.certificate);
  folder.Write("server.key", ours.key);
  const std::string tls = "tls_server_config: {cert_file: server.crt, key_file: server.key}\n";
  Result<WebKeeper> keeper = WebKeeper::Load({.file = folder.Write("web.yml", tls)});
  REQUIRE(keeper);
  const auto page = [](const http::Request&) { return http::TextResponse(200, "page"); };
  const auto server = http::Server::Listen({.listen = {.host = "127.0.0.1"}, .tls = keeper->tls()},
                                           {{"GET", "/", page}});
  REQUIRE(server);
  CHECK((*server)->Url().starts_with("https://127.0.0.1:"));
  const auto plain = [&] {
    return http::RawClient((*server)->port()).Ask(http::GetRequest("/")).status;
  };
  CHECK(plain() == 400);
  folder.Write("web.yml", "");  // as it is for a moment while it is written
  keeper->Renew(**server);
  CHECK_FALSE(keeper->in_force());
  CHECK(plain() == 400);
  keeper = WebKeeper::Load({.file = folder.Path("web.yml")});
  REQUIRE(keeper);
  (*server)->SetTls(keeper->tls());
  CHECK(plain() == 200);
  CHECK((*server)->Url().starts_with("http://"));
  folder.Write("web.yml", tls);
  keeper->Renew(**server);
  CHECK(plain() == 400);
}

TEST_CASE("who asks for a reload waits for one that began after", "[web]") {
  std::atomic<int> woken = 0;
  ReloadDesk desk([&] { ++woken; });
  std::vector<std::jthread> askers;
  askers.reserve(3);
  std::atomic<int> answered = 0;
  for (int i = 0; i < 3; ++i) {
    askers.emplace_back([&] {
      const Result<std::string> outcome = desk.Ask(seconds{60});
      if (outcome && *outcome == "done") ++answered;
    });
  }
  while (woken < 3)
    std::this_thread::yield();
  desk.Finish(desk.Begin(), Result<std::string>("done"));
  askers.clear();
  CHECK(answered == 3);
  CHECK(desk.Begin() == 3);
}

TEST_CASE("who asks for a reload is not kept waiting by a main loop that is busy or gone",
          "[web]") {
  ReloadDesk desk([] {});
  const Result<std::string> late = desk.Ask(std::chrono::milliseconds{1});
  REQUIRE_FALSE(late);
  CHECK(late.error().reason() == Reason::kTimeout);
  std::jthread closing([&] { desk.Close(); });
  const Result<std::string> closed = desk.Ask(seconds{60});
  REQUIRE_FALSE(closed);
  CHECK(closed.error().reason() == Reason::kCancelled);
}

}  // namespace
}  // namespace klaxon::app
