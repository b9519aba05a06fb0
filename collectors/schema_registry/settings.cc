#include "collectors/schema_registry/settings.h"

namespace klaxon::schema_registry_collector {
namespace {

constexpr size_t kNewAPoll = 500;  // subjects whose settings were never read

}  // namespace

Result<void> Settings::Advance(const Round& round) {
  size_t again = 0;
  size_t fresh = 0;
  for (size_t i = 0; i < book_.size() && again < again_a_poll_ && fresh < kNewAPoll; ++i) {
    if (!round.MayGoOn()) {
      break;
    }
    const std::string subject = book_.After(cursor_);
    const bool known = book_.SettingsKnown(subject);
    cursor_ = subject;
    (known ? again : fresh) += 1;
    const Instant at = round.context.clock.Now();
    const Result<void> done = Read(subject, round);
    if (!done && EndsRound(done.error())) {
      return done;
    }
    if (!done) {
      book_.unreadable().Add(subject, UnreadablePart::kSettings, done.error().message(), at);
    }
  }
  return {};
}

Result<void> Settings::Read(const std::string& subject, const Round& round) {
  const Instant at = round.context.clock.Now();
  const Result<std::string> level = round.node.Compatibility(subject, round.Next());
  if (!level) {
    return level.error();
  }
  book_.SetCompatibility(subject, *level);
  if (modes_) {
    const Result<std::string> mode = round.node.Mode(subject, round.Next());
    if (!mode) {
      modes_ = mode.error().reason() != Reason::kUnsupported;
      return modes_ ? Result<void>(mode.error()) : Result<void>();
    }
    book_.SetMode(subject, *mode);
  } else {
    book_.SetMode(subject, "");
  }
  book_.SettingsRead(subject, at);
  return {};
}

}  // namespace klaxon::schema_registry_collector
