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
    (book_.SettingsKnown(subject) ? again : fresh) += 1;
    if (const Result<void> done = ReadOne(subject, round); !done) {
      return done;
    }
  }
  return {};
}

/// Reads a subject's settings, or notes why they cannot be read. Error: nobody answers; the next
/// round begins with that subject, and if it does so again it is noted too.
Result<void> Settings::ReadOne(const std::string& subject, const Round& round) {
  const Instant at = round.context.clock.Now();
  Result<void> done = Read(subject, round);
  const bool ends = !done && EndsRound(done.error());
  if (ends && slow_ != subject && !book_.unreadable().Has(subject, UnreadablePart::kSettings)) {
    slow_ = subject;
    return done;
  }
  slow_.clear();
  cursor_ = subject;
  if (!done) {
    book_.unreadable().Add(subject, UnreadablePart::kSettings, done.error().message(), at);
  }
  return ends ? done : Result<void>();
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
      return mode.error();
    }
    book_.SetMode(subject, *mode);
  } else {
    book_.SetMode(subject, "");
  }
  book_.SettingsRead(subject, at);
  return {};
}

}  // namespace klaxon::schema_registry_collector
