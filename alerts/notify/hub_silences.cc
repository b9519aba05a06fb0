#include <sys/random.h>

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "alerts/notify/hub.h"

namespace klaxon::notify {
namespace {

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

Result<void> CheckSilence(const Silence& silence, WallTime now) {
  const bool narrows = std::ranges::any_of(
      silence.matchers, [](const auto& matcher) { return !matcher.Matches(""); });
  if (!narrows) {
    return Error(Reason::kInvalid,
                 "a silence needs a matcher that an empty label does not match; this one would "
                 "silence everything");
  }
  if (silence.ends_at <= silence.starts_at || silence.ends_at <= now) {
    return Error(Reason::kInvalid, "a silence must end after it begins, and not in the past");
  }
  return {};
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
    found->ends_at = std::min(found->ends_at, now);
    found->updated_at = now;
    poked_ = true;
  }
  Commit();
  return {};
}

}  // namespace klaxon::notify
