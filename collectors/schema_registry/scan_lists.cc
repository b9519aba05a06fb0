#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collectors/schema_registry/scan.h"

/// The part of the Scan that holds the Book against the lists of subjects.
namespace klaxon::schema_registry_collector {
namespace {

constexpr uint64_t kDeletedEvery = 10;  // polls

}  // namespace

/// Those of `names` that a second reading of the list lacks too: nodes behind one address may know
/// different ones.
Result<std::vector<std::string>> Scan::LackedTwice(std::vector<std::string> names, bool deleted,
                                                   const Round& round) {
  if (names.empty()) {
    return names;
  }
  suspicious_ = true;
  const Result<std::vector<std::string>> again = pager_.Read(round, deleted);
  if (!again) {
    return again.error();
  }
  std::vector<std::string> lacked;
  std::ranges::set_difference(names, *again, std::back_inserter(lacked));
  if (lacked.size() < names.size()) {
    incomplete_ = fmt::format(
        "two readings in a row differ in {} subjects; do nodes behind one address disagree?",
        names.size() - lacked.size());
  }
  return lacked;
}

/// Takes out what is not listed any more, and doubts what else does not fit to the lists. Before
/// the first scan is done, and where a list cannot be whole, what is not listed is doubted alone.
Result<void> Scan::CompareNames(const Round& round) {
  book_.TakeListed(names_);
  const bool believed = whole_ && incomplete_.empty();
  std::vector<std::string> left = book_.Left(names_, false);
  if (believed) {
    Result<std::vector<std::string>> lacked = LackedTwice(std::move(left), false, round);
    if (!lacked) {
      listed_ = false;  // what was read does not hold any more
      return lacked.error();
    }
    book_.Vanish(*lacked);
  } else {
    DoubtAll(left);
  }
  return names_changed_ || polls_ % kDeletedEvery == 0 ? CompareDeleted(believed, round)
                                                       : Result<void>();
}

/// The same with the names of those that are deleted softly.
Result<void> Scan::CompareDeleted(bool believed, const Round& round) {
  const Result<std::vector<std::string>> all = pager_.Read(round, true);
  if (!all) {
    return all.error();
  }
  book_.TakeDeleted(*all);
  DoubtAll(book_.Left(*all, false));
  std::vector<std::string> left = book_.Left(*all, true);
  if (believed && pager_.incomplete().empty()) {
    const Result<std::vector<std::string>> lacked = LackedTwice(std::move(left), true, round);
    if (!lacked) {
      return lacked.error();
    }
    for (const std::string& name : *lacked) {
      book_.Remove(name);
    }
  } else {
    DoubtAll(left);
  }
  names_changed_ = false;
  return {};
}

void Scan::DoubtAll(const std::vector<std::string>& subjects) {
  for (const std::string& subject : subjects) {
    book_.Doubt(subject);
  }
}

}  // namespace klaxon::schema_registry_collector
