#include "collectors/schema_registry/scan.h"

#include <algorithm>

namespace klaxon::schema_registry_collector {
namespace {

using registry::VersionedSchema;

// An answer of 500 schemas is about 1 MB; SchemaRegistryConfig allows 1000 at most.
constexpr size_t kLargestPage = 500;
constexpr size_t kSmallestPage = 20;
constexpr uint64_t kDeletedEvery = 10;    // polls
constexpr uint64_t kWholeListEvery = 60;  // polls, where pages are ignored
constexpr size_t kDeletedAWalk = 4;       // subjects with versions that pages leave out
constexpr size_t kSubjectsAPoll = 4;      // read again where there are no pages
constexpr size_t kDoubtfulAPoll = 300;    // after the first scan
constexpr int32_t kIdsAPoll = 50;
constexpr int32_t kIdsAhead = 4;  // where nobody tells the highest id; they are not without gaps

bool Whole(const VersionedSchema& schema) {
  return !schema.subject.empty() && schema.version > 0 && schema.id > 0;
}

}  // namespace

Result<void> Scan::Advance(const Round& round) {
  listed_ = false;
  ++polls_;
  Result<std::vector<std::string>> names = pager_.Read(round, false);
  if (!names) {
    return names.error();
  }
  listed_ = true;
  names_changed_ = names_changed_ || *names != names_;
  names_ = std::move(*names);
  if (const Result<void> done = walked_ ? WalkPage(round) : WalkAll(round); !done || !walked_) {
    return done;
  }
  if (const Result<void> done = CompareNames(round); !done) {
    return done;
  }
  if (whole_) {
    if (const Result<void> done = LookForIds(round); !done) {
      return done;
    }
  }
  const Result<void> done = ReadDoubtful(round, whole_ ? kDoubtfulAPoll : SIZE_MAX);
  if (done && !whole_ && book_.doubtful().empty()) {
    whole_ = true;
    looked_to_ = book_.HighestId();
    return LookForIds(round);
  }
  return done;
}

/// Doubts what does not fit to the names that the registry lists.
Result<void> Scan::CompareNames(const Round& round) {
  book_.CompareActive(names_);
  if (names_changed_ || polls_ % kDeletedEvery == 0) {
    const Result<std::vector<std::string>> all = pager_.Read(round, true);
    if (!all) {
      return all.error();
    }
    book_.CompareAll(*all);
    names_changed_ = false;
  }
  return {};
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

/// Takes the next page of all schemas; without pages, doubts the next few subjects instead.
Result<void> Scan::WalkPage(const Round& round) {
  if (!pages_) {
    DoubtSome();
    walked_ = true;
    return {};
  }
  if (pages_ignored_ && walked_ && polls_ % kWholeListEvery != 0) {
    return {};
  }
  const size_t limit = page_limit_ == 0 ? kLargestPage : page_limit_;
  Result<std::vector<VersionedSchema>> page =
      round.node.Schemas({.offset = offset_, .limit = limit}, deleted_pages_, round.Next());
  if (!page) {
    if (page.error().reason() == Reason::kUnsupported) {
      pages_ = false;
      return {};
    }
    const bool smaller = page.error().reason() == Reason::kBadAnswer && limit > kSmallestPage;
    page_limit_ = smaller ? std::max(limit / 5, kSmallestPage) : page_limit_;
    return page.error();
  }
  const size_t told = page->size();
  if (told == 0) {
    EndOfPages();
    return {};
  }
  if (!Whole(page->front())) {
    pages_ = false;  // Apicurio 3 tells the schemas alone
    return {};
  }
  const std::string first = page->front().subject + " " + std::to_string(page->front().version);
  if (offset_ > 0 && first == first_of_page_) {
    pages_ignored_ = true;
    EndOfPages();
    return {};
  }
  if (told_ > 0 && told_ < limit) {
    page_limit_ = told_;  // the server fills smaller pages than it was asked for
  }
  told_ = told;
  first_of_page_ = first;
  for (VersionedSchema& schema : *page) {
    if (Whole(schema)) {
      tells_deleted_ = tells_deleted_ || schema.deleted.value_or(false);
      if (!schema.deleted && (tells_deleted_ || !deleted_pages_)) {
        schema.deleted = false;
      }
      book_.Take(std::move(schema));
    }
  }
  offset_ += told;
  if (told > limit || (walked_ && told < limit)) {
    EndOfPages();
  }
  return {};
}

void Scan::DoubtSome() {
  for (size_t i = 0; walked_ && i < std::min(kSubjectsAPoll, book_.size()); ++i) {
    cursor_ = book_.After(cursor_);
    book_.Doubt(cursor_);
  }
}

/// Finds ids that were given out since the last time, and doubts their subjects.
Result<void> Scan::LookForIds(const Round& round) {
  const int32_t highest = book_.HighestId();
  looked_to_ = std::max(looked_to_, highest);
  if (highest > 0) {
    const Result<std::optional<registry::SchemaById>> told =
        round.node.Schema(highest, "", round.Next());
    if (!told) {
      return told.error();
    }
    if (!*told) {
      for (const std::string& subject : book_.SubjectsWith(highest)) {
        book_.Doubt(subject);
      }
    }
    max_id_told_ = *told && (*told)->max_id;
    max_id_ = max_id_told_ ? (*told)->max_id : std::max(max_id_.value_or(0), highest);
  }
  const int32_t end = max_id_told_ ? std::min(*max_id_, looked_to_ + kIdsAPoll)
                                   : (highest > 0 ? looked_to_ + kIdsAhead : 0);
  for (int32_t id = looked_to_ + 1; id <= end && round.MayGoOn(); ++id) {
    bool found = false;
    if (const Result<void> done = LookAt(id, found, round); !done) {
      return done.error().reason() == Reason::kUnsupported ? Result<void>() : done;
    }
    looked_to_ = found || max_id_told_ ? id : looked_to_;
  }
  return {};
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
  for (size_t i = 0; i < most && !book_.doubtful().empty() && round.MayGoOn(); ++i) {
    const std::string subject = *book_.doubtful().begin();
    if (const Result<void> done = ReadSubject(subject, round); !done) {
      return done;
    }
    book_.Settle(subject);
  }
  return {};
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
  for (const int32_t version : book_.SetVersions(subject, **all, shown)) {
    Result<std::optional<VersionedSchema>> schema =
        round.node.Version(subject, version, round.Next());
    if (!schema) {
      return schema.error();
    }
    if (*schema) {
      (*schema)->deleted = !std::ranges::binary_search(shown, version);
      (*schema)->subject = subject;
      book_.Take(std::move(**schema));
    }
  }
  return {};
}

}  // namespace klaxon::schema_registry_collector
