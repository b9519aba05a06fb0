#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "agent/http/client.h"
#include "agent/state/database.h"
#include "alerts/notify/notifier.h"
#include "alerts/receivers/chat_receivers.h"

/// notify_victim FOLDER URL POINT KIND PATHS: a notifier that tells the webhooks URL/a and URL/b
/// (of PATHS "ab") what the file FOLDER/alerts says, again and again, and remembers in FOLDER. A
/// line is "NAME START END" in Unix seconds, END 0 while it fires. It kills itself with SIGKILL
/// when it comes to POINT ("committed",
/// ...; "never") while an alert of KIND ("firing", "resolved") is there.
namespace klaxon {
namespace {

std::atomic<bool> g_armed = false;

std::vector<alerts::Alert> ReadAlerts(const std::string& file, const std::string& kind) {
  std::vector<alerts::Alert> alerts;
  std::ifstream lines(file);
  std::string name;
  int64_t start = 0;
  int64_t end = 0;
  while (lines >> name >> start >> end) {
    alerts::Alert alert{.labels = series::Labels({{"alertname", "Stuck"}, {"n", name}}),
                        .starts_at = WallTime{std::chrono::seconds{start}}};
    if (end != 0) {
      alert.ends_at = WallTime{std::chrono::seconds{end}};
    }
    g_armed = g_armed || (end == 0 ? "firing" : "resolved") == kind;
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

notify::Settings SettingsFor(const std::string& url, const std::string& paths) {
  notify::Settings settings;
  settings.route.receiver = "ops";
  settings.route.group_by = {"alertname"};
  settings.route.group_wait = std::chrono::seconds{0};
  settings.route.group_interval = std::chrono::milliseconds{5};
  for (const char letter : paths) {
    const std::string path = std::string("/") + letter;
    settings.integrations.push_back(
        {.id = "ops/webhook" + path,
         .receiver = "ops",
         .kind = "webhook",
         .make = [address = url + path](const notify::ReceiverDeps& deps) {
           return receivers::MakeWebhook({.url = Secret(address)}, deps);
         }});
  }
  return settings;
}

int Main(char** argv) {
  const std::string folder = argv[1];
  const std::string point = argv[3];
  SystemClock clock;
  const Result<std::unique_ptr<state::Database>> database =
      state::Database::Open(folder, clock.Now());
  if (!database) {
    fmt::print(stderr, "{}\n", database.error().message());
    return 1;
  }
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  notify::Notifier notifier({.clock = clock,
                             .http = *http,
                             .open = [&] { return Result<state::Database*>(database->get()); },
                             .checkpoint =
                                 [&](std::string_view reached) {
                                   if (g_armed && reached == point) {
                                     ::kill(::getpid(), SIGKILL);
                                   }
                                 }},
                            SettingsFor(argv[2], argv[5]));
  while (::getppid() != 1) {  // not for longer than the test
    std::vector<alerts::Alert> alerts = ReadAlerts(folder + "/alerts", argv[4]);
    notifier.Tell({.alerts = std::move(alerts), .at = clock.Now()});
    clock.SleepUntil(clock.Now().mono + std::chrono::milliseconds{10}, {});
  }
  return 0;
}

}  // namespace
}  // namespace klaxon

int main(int argc, char** argv) {
  constexpr int kArguments = 6;
  return argc == kArguments ? klaxon::Main(argv) : 2;
}
