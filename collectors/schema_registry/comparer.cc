#include "collectors/schema_registry/comparer.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/registry/schema_hash.h"

namespace klaxon::schema_registry_collector {
namespace {

constexpr size_t kIdsCompared = 4;

void AddOnlyIn(const std::vector<std::string>& these, const std::vector<std::string>& others,
               std::string_view what, std::vector<std::string>& words) {
  std::vector<std::string> only;
  std::ranges::set_difference(these, others, std::back_inserter(only));
  for (const std::string& name : only) {
    words.push_back(fmt::format("{} subject {}", what, Printable(name, 100)));
  }
}

}  // namespace

Result<std::vector<std::string>> Comparer::Compare(const std::vector<std::string>& names, bool ids,
                                                   const Round& round) {
  const Result<std::vector<std::string>> theirs = pager_.Read(round, false);
  if (!theirs) {
    return theirs.error();
  }
  std::vector<std::string> words;
  const std::vector<SchemaRef> sample = ids ? Sample() : std::vector<SchemaRef>();
  suspects_.clear();
  for (const SchemaRef& schema : sample) {
    if (const Result<void> done = CompareId(schema, round, words); !done) {
      return done.error();
    }
  }
  AddOnlyIn(names, *theirs, "lacks", words);
  AddOnlyIn(*theirs, names, "alone has", words);
  return words;
}

std::vector<SchemaRef> Comparer::Sample() {
  std::vector<SchemaRef> sample;
  for (const int32_t id : suspects_) {
    const SchemaRef schema = book_.SchemaAfter(id - 1);
    if (schema != nullptr && schema->id == id && sample.size() < kIdsCompared) {
      sample.push_back(schema);
    }
  }
  for (size_t i = 0; i < kIdsCompared; ++i) {
    const SchemaRef schema = book_.SchemaAfter(cursor_);
    if (schema == nullptr || (i > 0 && schema->id <= cursor_)) {
      cursor_ = 0;
      break;
    }
    cursor_ = schema->id;
    if (std::ranges::find(suspects_, schema->id) == suspects_.end()) {
      sample.push_back(schema);
    }
  }
  return sample;
}

Result<void> Comparer::CompareId(const SchemaRef& schema, const Round& round,
                                 std::vector<std::string>& words) {
  const Result<std::optional<registry::SchemaById>> told =
      round.node.Schema(schema->id, "", round.Next());
  if (!told) {
    return told.error();
  }
  const bool same = *told && registry::HashOf((*told)->text) == schema->hash;
  if (!same) {
    suspects_.push_back(schema->id);
  }
  if (!*told) {
    words.push_back(fmt::format("lacks id {}", schema->id));
  } else if (!same) {
    words.push_back(fmt::format("has another schema under id {}", schema->id));
  }
  return {};
}

}  // namespace klaxon::schema_registry_collector
