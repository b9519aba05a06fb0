#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "agent/http/client.h"
#include "alerts/notify/notifier.h"
#include "alerts/receivers/feeds.h"
#include "tests/alerts/notify/scene.h"
#include "tests/alerts/receivers/raw_server.h"
#include "tests/support/temporary_folder.h"

extern char** environ;  // NOLINT(readability-redundant-declaration): not everywhere in unistd.h

namespace klaxon::receivers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Where tests/stack keeps Debian's Alertmanager; the folder of its program and templates.
std::string AlertmanagerFolder() {
  const char* const cache = std::getenv("KLAXON_CACHE");
  const char* const xdg = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  const std::string root = cache != nullptr ? cache
                           : xdg != nullptr
                               ? std::string(xdg) + "/klaxon"
                               : std::string(home == nullptr ? "" : home) + "/.cache/klaxon";
  return root + "/stack/alertmanager";
}

/// A port that was free a moment ago.
std::string FreePort() {
  const RawServer server(RawServer::Fixed("200 OK", ""));
  const std::string url = server.Url("");
  return url.substr(url.rfind(':') + 1);
}

/// Debian's Alertmanager, killed with the test.
class Alertmanager {
 public:
  explicit Alertmanager(const std::string& programs) : url_("http://127.0.0.1:" + FreePort()) {
    std::ofstream(folder_.path() + "/am.yml") << "route: {receiver: none}\n"
                                                 "receivers: [{name: none}]\n";
    std::vector<std::string> words{
        programs + "/prometheus-alertmanager", "--config.file=" + folder_.path() + "/am.yml",
        "--storage.path=" + folder_.path(),
        "--cluster.listen-address=", "--web.listen-address=" + url_.substr(7)};
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) {
      pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addchdir_np(&actions, programs.c_str());  // its templates are there
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (::posix_spawn(&pid_, words[0].c_str(), &actions, nullptr, pointers.data(), environ) != 0) {
      std::abort();
    }
    ::posix_spawn_file_actions_destroy(&actions);
  }

  Alertmanager(const Alertmanager&) = delete;
  Alertmanager& operator=(const Alertmanager&) = delete;

  ~Alertmanager() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }

  const std::string& url() const { return url_; }

  /// What it holds as active: fingerprint, start and labels of each. "?": it does not answer.
  std::set<std::string> Active(http::HttpClient& http) const {
    const Result<http::HttpResponse> response =
        http.Get({.url = url_ + "/api/v2/alerts"}, SystemClock().Now().mono + seconds{5}, {});
    if (!response || !response->ok()) {
      return {"?"};
    }
    std::set<std::string> active;
    for (const auto& alert : nlohmann::json::parse(response->body)) {
      active.insert(alert["fingerprint"].get<std::string>() + " " +
                    alert["startsAt"].get<std::string>() + " " + alert["labels"].dump());
    }
    return active;
  }

 private:
  testing::TemporaryFolder folder_{};
  std::string url_;
  pid_t pid_ = 0;
};

/// Whether both hold so many alerts and the same, within a long time.
bool BothHold(const Alertmanager& one, const Alertmanager& other, http::HttpClient& http,
              size_t count) {
  SystemClock clock;
  const MonoTime end = clock.Now().mono + seconds{60};
  while (clock.Now().mono < end) {
    const std::set<std::string> first = one.Active(http);
    if (first.size() == count && !first.contains("?") && first == other.Active(http)) {
      return true;
    }
    clock.SleepUntil(clock.Now().mono + milliseconds{50}, {});
  }
  return false;
}

TEST_CASE("Debian's Alertmanager takes alerts and their ends, the same on two servers") {
  const std::string programs = AlertmanagerFolder();
  if (!std::filesystem::exists(programs + "/prometheus-alertmanager")) {
    SKIP("Debian's Alertmanager is not there: tests/stack/stack install prometheus");
  }
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  const Alertmanager one(programs);
  const Alertmanager other(programs);
  notify::Settings settings;
  for (const Alertmanager* each : {&one, &other}) {
    settings.feeds.push_back({.id = each->url(),
                              .kind = "alertmanager",
                              .make = [url = each->url()](const notify::ReceiverDeps& deps) {
                                return MakeAlertmanager(
                                    {.url = Secret(url), .resend_delay = seconds{1}}, deps);
                              }});
  }
  SystemClock clock;
  notify::Notifier notifier({.clock = clock, .http = *http, .missing = "a test"}, settings);
  REQUIRE(BothHold(one, other, *http, 0));

  const Instant now = clock.Now();
  std::vector<alerts::Alert> alerts{
      {.labels = notify::LabelsFrom({{"alertname", "Stuck"}, {"group", "\xc3\xbc \"a\""}}),
       .annotations = notify::LabelsFrom({{"summary", "line\nline"}}),
       .starts_at = now.wall,
       .generator_address = "http://klaxon:9308/"},
      {.labels = notify::LabelsFrom({{"alertname", "Down"}}), .starts_at = now.wall}};
  notifier.Tell({.alerts = alerts, .at = now});
  CHECK(BothHold(one, other, *http, 2));
  const std::string fingerprint = alerts::FingerprintText(alerts[1].labels);
  CHECK(std::ranges::any_of(
      one.Active(*http), [&](const std::string& held) { return held.starts_with(fingerprint); }));

  alerts[0].ends_at = clock.Now().wall;
  notifier.Tell({.alerts = alerts, .at = clock.Now()});
  CHECK(BothHold(one, other, *http, 1));
  for (const notify::SenderReport& sender : notifier.GetReport().senders) {
    CHECK_FALSE(sender.failing);
  }
}

}  // namespace
}  // namespace klaxon::receivers
