#include "collectors/schema_registry/pager.h"

#include <algorithm>

#include <fmt/format.h>

namespace klaxon::schema_registry_collector {
namespace {

constexpr size_t kAsked = 5'000;  // names; some 200 kB
/// Apicurio's apicurio.ccompat.max-subjects, as it comes.
constexpr size_t kApicurioCap = 1'000;
constexpr size_t kMostNames = 200'000;

}  // namespace

Result<std::vector<std::string>> SubjectPager::Read(const Round& round, bool deleted) {
  incomplete_.clear();
  std::set<std::string> names;
  const size_t limit = limit_ == 0 ? kAsked : limit_;
  while (true) {
    Result<std::vector<std::string>> page =
        round.node.Subjects({.offset = names.size(), .limit = limit}, deleted, round.Next());
    if (!page) {
      return page.error();
    }
    const size_t told = page->size();
    const size_t before = names.size();
    const bool again = before > 0 && told > 0 && names.contains(page->front());
    std::ranges::move(*page, std::inserter(names, names.end()));
    if (again && names.size() == before) {
      ignores_pages_ = true;
      break;
    }
    if (names.size() > kMostNames) {
      incomplete_ = fmt::format("it has more than {} subjects", kMostNames);
      break;
    }
    // A page that is not full is the last one, unless the server fills smaller pages than asked
    // for; that is found out once.
    if (told == 0 || told > limit || (limit_ != 0 && told < limit)) {
      break;
    }
    if (told < limit && before == 0) {
      const Result<std::vector<std::string>> beyond =
          round.node.Subjects({.offset = told, .limit = limit}, deleted, round.Next());
      if (!beyond) {
        return beyond.error();
      }
      if (beyond->empty() || names.contains(beyond->front())) {
        ignores_pages_ = !beyond->empty();
        limit_ = kAsked;
        break;
      }
      limit_ = told;
      names.insert(beyond->begin(), beyond->end());
    } else if (told < limit) {
      break;
    }
  }
  if (ignores_pages_ && !names.empty() && names.size() % kApicurioCap == 0) {
    incomplete_ = fmt::format(
        "it shows {} subjects and ignores pages; Apicurio: raise apicurio.ccompat.max-subjects",
        names.size());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace klaxon::schema_registry_collector
