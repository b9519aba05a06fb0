#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "alerts/notify/decide.h"

/// A small world for decisions: alerts by name, one receiver, time in seconds.
namespace klaxon::notify {

inline WallTime At(int seconds) {
  return WallTime{std::chrono::seconds{1'800'000'000 + seconds}};
}

inline series::Labels LabelsFrom(std::vector<std::pair<std::string, std::string>> labels) {
  return series::Labels(std::move(labels));
}

inline alerts::Alert Firing(std::vector<std::pair<std::string, std::string>> labels, int since) {
  return {.labels = LabelsFrom(std::move(labels)), .starts_at = At(since)};
}

inline alerts::Alert Resolved(std::vector<std::pair<std::string, std::string>> labels, int since,
                              int until) {
  alerts::Alert alert = Firing(std::move(labels), since);
  alert.ends_at = At(until);
  return alert;
}

inline Matchers MatchersOf(std::string_view text) {
  return ParseMatchers(text).value();
}

/// Runs Decide and takes what receivers must be told as if they had accepted it.
struct Scene {
  Settings settings{};
  std::vector<Silence> silences{};
  Memory memory{};
  bool receivers_up = true;
  bool receivers_refuse = false;

  Scene() {
    settings.route.receiver = "ops";
    settings.route.group_by = {"alertname"};
    AddReceiver("ops");
  }

  void AddReceiver(const std::string& name, bool send_resolved = true) {
    settings.integrations.push_back({.id = name + "/log[0]",
                                     .receiver = name,
                                     .kind = "log",
                                     .send_resolved = send_resolved,
                                     .make = {}});
  }

  /// What was told at that moment: "ops: +a +b -c" a message, '+' for firing, by label `n` or else
  /// the name, several messages in order with "; " between them.
  std::string Step(int seconds, const std::vector<alerts::Alert>& alerts) {
    const WallTime now = At(seconds);
    Decide({.alerts = alerts, .silences = silences, .settings = settings, .now = now}, memory);
    std::string told;
    for (auto& [id, group] : memory.groups) {
      for (auto& [integration, account] : group.accounts) {
        while (receivers_up && account.pending && !account.pending->held) {
          const Next next = NextOf(account, now);
          told += (told.empty() ? "" : "; ") + id.receiver + ":" + Words(next.alerts) +
                  (receivers_refuse ? " (refused)" : "") +
                  (next.acknowledgement.empty() ? "" : " (" + next.acknowledgement + ")");
          Settle(next, receivers_refuse, now, memory, account);
        }
      }
    }
    return told;
  }

  static std::string Words(const AlertMap& alerts) {
    std::vector<std::string> words;
    for (const auto& [fingerprint, alert] : alerts) {
      const std::string_view n = alert.labels.Get("n");
      words.push_back((alert.firing() ? "+" : "-") +
                      std::string(n.empty() ? alert.labels.Get("alertname") : n));
    }
    std::ranges::sort(words);
    std::string text;
    for (const std::string& word : words) {
      text += " " + word;
    }
    return text;
  }
};

}  // namespace klaxon::notify
