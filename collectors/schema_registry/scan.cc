#include "collectors/schema_registry/scan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace klaxon::schema_registry_collector {
namespace {

using registry::VersionedSchema;

// An answer of 500 schemas is about 1 MB; SchemaRegistryConfig allows 1000 at most.
constexpr size_t kLargestPage = 500;
constexpr size_t kSmallestPage = 20;
constexpr uint64_t kWholeListEvery = 60;   // polls, where pages are ignored
constexpr size_t kDeletedAWalk = 4;        // subjects with versions that pages leave out
constexpr size_t kSubjectsAPoll = 4;       // read again where there are no pages
constexpr size_t kDoubtfulAPoll = 300;     // after the first scan
constexpr size_t kPageFailures = 3;        // in a row, until subjects are read one by one
constexpr uint64_t kPagesAgainEvery = 60;  // polls; then pages are tried again
constexpr uint64_t kRetryEvery = 6;        // polls, what could not be read
constexpr size_t kRetries = 10;
constexpr size_t kFailedSubjects = 200;  // a poll; the others have to wait
constexpr int32_t kIdsAPoll = 50;
constexpr int32_t kIdsAhead = 4;  // where nobody tells the highest id; they are not without gaps

bool Whole(const VersionedSchema& schema) {
  return !schema.subject.empty() && schema.version > 0 && schema.id > 0;
}

}  // namespace

Result<void> Scan::Advance(const Round& round) {
  listed_ = false;
  suspicious_ = false;
  failed_subjects_ = 0;
  ++polls_;
  const uint64_t rewritten = book_.rewritten();
  Result<void> done = ReadAll(round);
  suspicious_ = suspicious_ || book_.rewritten() != rewritten;
  return done;
}

Result<void> Scan::ReadAll(const Round& round) {
  Result<std::vector<std::string>> names = pager_.Read(round, false);
  if (!names) {
    return names.error();
  }
  listed_ = true;
  names_changed_ = names_changed_ || *names != names_;
  names_ = std::move(*names);
  incomplete_ = pager_.incomplete();
  Failures failures;
  if (!whole_ && (!failures.Take(walked_ ? WalkPage(round) : WalkAll(round)) || !walked_)) {
    return failures.first();
  }
  // Before a page brings what was registered after the list was read.
  if (!failures.Take(CompareNames(round)) || (whole_ && !failures.Take(WalkPage(round))) ||
      (whole_ && !failures.Take(LookForIds(round))) ||
      !failures.Take(ReadDoubtful(round, whole_ ? kDoubtfulAPoll : SIZE_MAX))) {
    return failures.first();
  }
  if (!whole_ && book_.doubtful().empty()) {
    whole_ = true;
    looked_to_ = book_.HighestId();
    failures.Take(LookForIds(round));
  } else if (whole_) {
    RetryUnreadable(round);
  }
  return failures.first();
}

Result<void> Scan::WalkAll(const Round& round) {
  while (!walked_ && round.MayGoOn()) {
    if (const Result<void> done = WalkPage(round); !done) {
      return done;
    }
  }
  return {};
}

void Scan::EndOfPages() {
  const bool again = !walked_ && deleted_pages_ && !tells_deleted_;
  deleted_pages_ = deleted_pages_ && tells_deleted_;
  if (!again) {
    book_.EndWalk(walked_ ? kDeletedAWalk : SIZE_MAX);
    walked_ = true;
  }
  book_.BeginWalk();
  offset_ = 0;
  told_ = 0;
  first_of_page_.clear();
}

/// A page may be too large to be read. Where none can be, subjects are read one by one.
Result<void> Scan::FailPage(const Error& error, size_t limit) {
  if (error.reason() == Reason::kUnsupported) {
    pages_ = false;
    return {};
  }
  if (error.reason() == Reason::kBadAnswer && limit > kSmallestPage) {
    page_limit_ = std::max(limit / 5, kSmallestPage);
  } else if (!EndsRound(error) && ++page_failures_ >= kPageFailures) {
    pages_ = false;
    pages_failed_ = error.In("reading subjects one by one instead of all together");
  }
  return error;
}

/// Doubts the next few subjects instead of taking a page.
Result<void> Scan::WalkWithoutPages() {
  DoubtSome();
  walked_ = true;
  return pages_failed_ ? Result<void>(*pages_failed_) : Result<void>();
}

/// Takes the next page of all schemas, where there are pages.
Result<void> Scan::WalkPage(const Round& round) {
  pages_ = pages_ || (pages_failed_ && polls_ % kPagesAgainEvery == 0);
  if (!pages_) {
    return WalkWithoutPages();
  }
  if (pages_ignored_ && walked_ && polls_ % kWholeListEvery != 0) {
    return {};
  }
  const size_t limit = page_limit_ == 0 ? kLargestPage : page_limit_;
  Result<std::vector<VersionedSchema>> page =
      round.node.Schemas({.offset = offset_, .limit = limit}, deleted_pages_, round.Next());
  if (!page) {
    return FailPage(page.error(), limit);
  }
  page_failures_ = 0;
  pages_failed_.reset();
  if (page->empty()) {
    EndOfPages();
  } else if (!Whole(page->front())) {
    pages_ = false;  // Apicurio 3 tells the schemas alone
  } else {
    TakePage(*std::move(page), limit);
  }
  return {};
}

/// REQUIRES: the page is not empty.
void Scan::TakePage(std::vector<VersionedSchema> page, size_t limit) {
  const std::string first = page.front().subject + " " + std::to_string(page.front().version);
  if (offset_ > 0 && first == first_of_page_) {
    pages_ignored_ = true;
    EndOfPages();
    return;
  }
  if (told_ > 0 && told_ < limit) {
    page_limit_ = told_;  // the server fills smaller pages than it was asked for
  }
  told_ = page.size();
  first_of_page_ = first;
  for (VersionedSchema& schema : page) {
    TakeFromPage(std::move(schema));
  }
  offset_ += told_;
  if (told_ > limit || (walked_ && told_ < limit)) {
    EndOfPages();
  }
}

void Scan::TakeFromPage(VersionedSchema schema) {
  if (!Whole(schema)) {
    return;
  }
  tells_deleted_ = tells_deleted_ || schema.deleted.value_or(false);
  if (!schema.deleted && (tells_deleted_ || !deleted_pages_)) {
    schema.deleted = false;
  }
  book_.Take(std::move(schema));
}

void Scan::DoubtSome() {
  for (size_t i = 0; walked_ && i < std::min(kSubjectsAPoll, book_.size()); ++i) {
    cursor_ = book_.After(cursor_);
    book_.Doubt(cursor_);
  }
}

/// Asks for the highest id that was given out, by the highest that is known.
Result<void> Scan::AskHighest(int32_t highest, const Round& round) {
  const Result<std::optional<registry::SchemaById>> told =
      round.node.Schema(highest, "", round.Next());
  if (!told) {
    return told.error();
  }
  if (!*told) {
    for (const std::string& subject : book_.SubjectsWith(highest)) {
      book_.Doubt(subject);
    }
    return {};
  }
  max_id_asked_ = true;
  max_id_told_ = (*told)->max_id.has_value();
  max_id_ = max_id_told_ ? (*told)->max_id : std::max(max_id_.value_or(0), highest);
  return {};
}

/// Finds ids that were given out since the last time, and doubts their subjects.
Result<void> Scan::LookForIds(const Round& round) {
  const int32_t highest = book_.HighestId();
  max_id_asked_ = false;
  looked_to_ = std::max(looked_to_, highest);
  if (highest > 0) {
    if (const Result<void> done = AskHighest(highest, round); !done) {
      return done;
    }
  }
  Failures failures;
  const int32_t end = max_id_told_ ? std::min(*max_id_, looked_to_ + kIdsAPoll)
                                   : (highest > 0 ? looked_to_ + kIdsAhead : 0);
  for (int32_t id = looked_to_ + 1; id <= end && round.MayGoOn(); ++id) {
    bool found = false;
    const Result<void> done = LookAt(id, found, round);
    if (!done && done.error().reason() == Reason::kUnsupported) {
      return {};
    }
    if (!failures.Take(done)) {
      break;
    }
    looked_to_ = found || max_id_told_ ? id : looked_to_;
  }
  return failures.first();
}

Result<void> Scan::LookAt(int32_t id, bool& found, const Round& round) {
  const Result<std::optional<std::vector<registry::SubjectVersion>>> versions =
      round.node.VersionsOf(id, true, round.Next());
  if (!versions) {
    return versions.error();
  }
  found = *versions && !(*versions)->empty();
  if (found) {
    for (const registry::SubjectVersion& version : **versions) {
      book_.Doubt(version.subject);
    }
  }
  return {};
}

Result<void> Scan::ReadDoubtful(const Round& round, size_t most) {
  for (size_t i = 0; i < most && !book_.doubtful().empty() && round.MayGoOn() &&
                     failed_subjects_ < kFailedSubjects;
       ++i) {
    const std::string subject = *book_.doubtful().begin();
    if (const Result<void> done = ReadOne(subject, round); !done) {
      return done;
    }
  }
  return {};
}

/// Tries a few of those again that could not be read, in turn. What fails is noted already.
void Scan::RetryUnreadable(const Round& round) {
  for (size_t i = 0; i < kRetries && polls_ % kRetryEvery == 0 && round.MayGoOn(); ++i) {
    const std::string next = book_.unreadable().NextVersions(retried_);
    if (next.empty() || (i > 0 && next == retried_)) {
      break;
    }
    retried_ = next;
    if (!ReadOne(next, round)) {
      break;
    }
  }
}

/// Reads a subject, or notes why it cannot be read. Error: nobody answers; a subject that does so
/// twice is noted too, whatever others did in between.
Result<void> Scan::ReadOne(const std::string& subject, const Round& round) {
  const Instant at = round.context.clock.Now();
  Result<void> done = ReadSubject(subject, round);
  const bool ends = !done && EndsRound(done.error());
  if (ends && !book_.unreadable().Has(subject, UnreadablePart::kVersions) &&
      slow_.insert(subject).second) {
    return done;
  }
  slow_.erase(subject);
  if (done) {
    book_.unreadable().Remove(subject, UnreadablePart::kVersions);
  } else {
    ++failed_subjects_;
    book_.unreadable().Add(subject, UnreadablePart::kVersions, done.error().message(), at);
  }
  book_.Settle(subject);
  return ends ? done : Result<void>();
}

Result<void> Scan::ReadSubject(const std::string& subject, const Round& round) {
  const auto all = round.node.Versions(subject, true, round.Next());
  if (!all) {
    return all.error();
  }
  if (!*all || (*all)->empty()) {
    book_.Remove(subject);
    return {};
  }
  const auto active = round.node.Versions(subject, false, round.Next());
  if (!active) {
    return active.error();
  }
  const std::vector<int32_t> shown = active->value_or(std::vector<int32_t>());
  Failures failures;
  for (const int32_t version : book_.SetVersions(subject, **all, shown)) {
    Result<std::optional<VersionedSchema>> schema =
        round.node.Version(subject, version, round.Next());
    if (!schema) {
      if (!failures.Take(schema.error().In(fmt::format("version {}", version)))) {
        break;
      }
      continue;
    }
    if (*schema) {
      (*schema)->deleted = !std::ranges::binary_search(shown, version);
      (*schema)->subject = subject;
      book_.Take(std::move(**schema));
    }
  }
  return failures.first();
}

}  // namespace klaxon::schema_registry_collector
