#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "alerts/notify/hub.h"

namespace klaxon::notify {
namespace {

constexpr size_t kMostSilences = 2'000;  // each is held against each alert

/// A random UUID (RFC 9562, version 4).
std::string NewUuid() {
  std::array<unsigned char, 16> bytes{};
  while (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fU) | 0x80U);
  std::string text;
  for (size_t i = 0; i < bytes.size(); ++i) {
    text += fmt::format("{}{:02x}", i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", bytes.at(i));
  }
  return text;
}

}  // namespace

Result<std::string> Hub::SetSilence(Silence silence) {
  std::string id = silence.id;
  {
    const Lock lock(mutex_);
    const WallTime now = clock().Now().wall;
    if (Result<void> good = CheckSilence(silence, now); !good) {
      return good.error();
    }
    silence.updated_at = now;
    if (silence.id.empty()) {
      if (contents_.silences.size() >= kMostSilences) {
        return Error(Reason::kInvalid, fmt::format("there are {} silences already", kMostSilences));
      }
      silence.starts_at = std::max(silence.starts_at, now);
    }
    const auto same = std::ranges::find(contents_.silences, silence.id, &Silence::id);
    if (silence.id.empty()) {
      id = silence.id = NewUuid();
      contents_.silences.push_back(std::move(silence));
    } else if (same != contents_.silences.end()) {
      *same = std::move(silence);
    } else {
      return Error(Reason::kInvalid, fmt::format("there is no silence {}", silence.id));
    }
    poked_ = true;
  }
  Commit();
  return id;
}

Result<void> Hub::ExpireSilence(const std::string& id) {
  {
    const Lock lock(mutex_);
    const auto found = std::ranges::find(contents_.silences, id, &Silence::id);
    if (found == contents_.silences.end()) {
      return Error(Reason::kInvalid, fmt::format("there is no silence {}", id));
    }
    const WallTime now = clock().Now().wall;
    if (found->ends_at <= now) {
      return {};
    }
    found->starts_at = std::min(found->starts_at, now);
    found->ends_at = now;
    found->updated_at = now;
    poked_ = true;
  }
  Commit();
  return {};
}

std::vector<Silence> Hub::Silences() const {
  const Lock lock(mutex_);
  return contents_.silences;
}

/// A copy: what is asked about it must not hold up who decides.
std::tuple<Settings, std::vector<Silence>, EvaluationRef> Hub::Known() const {
  const Lock lock(mutex_);
  return {settings_, contents_.silences, evaluation_};
}

namespace {

/// Routes that make one group are one place.
void AddPlaces(const Settings& settings, WallTime now, HeldAlert& held) {
  size_t routes = 0;
  for (const Route* route : RoutesOf(settings.route, held.alert.labels)) {
    if (route->receiver.empty()) {
      continue;  // there is no `notify`: nobody is told
    }
    ++routes;
    AlertPlace place{.receiver = route->receiver,
                     .group = GroupLabelsOf(*route, held.alert.labels)};
    if (std::ranges::find(held.places, place) == held.places.end()) {
      held.places.push_back(std::move(place));
    }
    if (std::string why = QuietBy(*route, settings.time_intervals, now); !why.empty()) {
      held.quiet.push_back(std::move(why));
    }
  }
  if (held.quiet.size() < routes) {
    held.quiet.clear();
  }
}

}  // namespace

std::vector<HeldAlert> Hub::FiringAlerts() const {
  const auto [settings, silences, evaluation] = Known();
  std::vector<HeldAlert> held;
  if (evaluation == nullptr) {
    return held;
  }
  const WallTime now = clock().Now().wall;
  const std::vector<alerts::Alert>& alerts = evaluation->alerts;
  const std::vector<Muted> muted = FindMuted(alerts, silences, settings.inhibit_rules, now);
  for (size_t i = 0; i < alerts.size(); ++i) {
    if (!alerts[i].firing()) {
      continue;
    }
    held.push_back({.alert = alerts[i], .muted = muted[i]});
    AddPlaces(settings, now, held.back());
  }
  return held;
}

std::vector<std::string> Hub::Receivers() const {
  const Lock lock(mutex_);
  std::vector<std::string> names;
  for (const Integration& integration : settings_.integrations) {
    if (names.empty() || names.back() != integration.receiver) {
      names.push_back(integration.receiver);
    }
  }
  return names;
}

std::vector<Muted> Hub::MutedOf(std::vector<alerts::Alert> alerts) const {
  const auto [settings, silences, evaluation] = Known();
  for (alerts::Alert& alert : alerts) {
    alert = WithOwner(std::move(alert), settings.owners);
  }
  return FindMuted(alerts, silences, settings.inhibit_rules, clock().Now().wall);
}

}  // namespace klaxon::notify
