#include "alerts/templates/token_reader.h"

#include <fmt/format.h>

#include "alerts/templates/literal.h"

namespace klaxon::templates {

void TokenReader::Fail(std::string_view what) {
  if (error_) return;
  error_ = Mistake(tree_.name, tree_.text, Peek().at, what);
  next_ = tokens_.size() - 1;
}

void TokenReader::FailUnexpected(std::string_view where) {
  switch (Peek().kind) {
    case Kind::kEnd:
      return Fail("unexpected EOF");
    case Kind::kClose:
      return Fail(fmt::format("unexpected \"}}}}\" in {}", where));
    default:
      return Fail(fmt::format("unexpected {} in {}", Quoted(Peek().text), where));
  }
}

}  // namespace klaxon::templates
