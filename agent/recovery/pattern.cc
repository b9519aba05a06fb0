#include "agent/recovery/pattern.h"

#include <utility>

#include <fmt/format.h>
#include <re2/re2.h>

namespace klaxon::recovery {
namespace {

constexpr size_t kLongest = 500;
constexpr int64_t kMemory = int64_t{1} << 20;

RE2::Options OptionsOf() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(kMemory);
  return options;
}

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

struct Pattern::Compiled {
  explicit Compiled(std::string_view text) : expression(Piece(text), OptionsOf()) {}

  RE2 expression;
};

Result<Pattern> Pattern::Make(std::string_view expression) {
  if (expression.size() > kLongest) {
    return Error(Reason::kInvalid, fmt::format("longer than {} bytes", kLongest));
  }
  auto compiled = std::make_shared<const Compiled>(expression);
  if (!compiled->expression.ok()) {
    return Error(Reason::kInvalid, compiled->expression.error());
  }
  return Pattern(std::move(compiled));
}

bool Pattern::MatchesWhole(std::string_view text) const {
  return RE2::FullMatch(Piece(text), compiled_->expression);
}

bool Pattern::FoundIn(std::string_view text) const {
  return RE2::PartialMatch(Piece(text), compiled_->expression);
}

}  // namespace klaxon::recovery
