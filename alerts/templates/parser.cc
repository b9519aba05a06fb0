#include "alerts/templates/parser.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "alerts/templates/lexer.h"
#include "alerts/templates/literal.h"
#include "alerts/templates/pipe_parser.h"
#include "alerts/templates/token_reader.h"

namespace klaxon::templates {
namespace {

using Kind = Token::Kind;

constexpr size_t kLongestTemplate = size_t{64} << 10U;

/// What a list of nodes ends with.
enum class ListEnd { kEof, kEnd, kElse };

/// Recursive descent. After the first mistake nothing more is read: the tokens are at their end.
class Parser {
 public:
  Parser(Tree& tree, Tokens tokens, std::vector<std::string> variables,
         const IsFunction& is_function)
      : tree_(tree),
        reader_(tree, std::move(tokens)),
        pipes_(reader_, std::move(variables), is_function) {}

  std::optional<Error> Read() {
    std::vector<Node> nodes;
    const ListEnd ending = ReadList(nodes, true);
    if (ending == ListEnd::kEnd) reader_.Fail("unexpected {{end}}");
    if (ending == ListEnd::kElse) reader_.Fail("unexpected {{else}}");
    tree_.templates[tree_.name] = std::move(nodes);
    return reader_.error();
  }

 private:
  /// Counts how deep we are while it lives, and forgets the variables declared meanwhile.
  class Scope {
   public:
    explicit Scope(Parser& parser) : parser_(parser), variables_(parser.pipes_.variables().size()) {
      if (++parser_.depth_ > PipeParser::kDeepest) parser_.reader_.Fail("too deeply nested");
    }

    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

    ~Scope() {
      --parser_.depth_;
      parser_.pipes_.variables().resize(variables_);
    }

   private:
    Parser& parser_;
    size_t variables_;
  };

  /// Nodes up to and with {{end}} or {{else}}, or up to the end of the text. Of {{else if}} what
  /// comes after the `else` is left to read.
  ListEnd ReadList(std::vector<Node>& nodes, bool outermost) {
    while (!reader_.AtEnd()) {
      const bool ends = reader_.IsKeyword("end");
      if (ends || reader_.IsKeyword("else")) {
        ReadEnding();
        return ends ? ListEnd::kEnd : ListEnd::kElse;
      }
      if (reader_.Peek().kind == Kind::kText) {
        const Token text = reader_.Take();
        nodes.push_back({.kind = Node::Kind::kText, .at = text.at, .text = std::string(text.text)});
      } else if (reader_.Peek().kind == Kind::kOpen) {
        ReadAction(nodes, outermost);
      } else {
        reader_.FailUnexpected("input");
      }
    }
    if (reader_.Peek().kind == Kind::kMistake) reader_.FailUnexpected("input");
    if (!outermost) reader_.Fail("unexpected EOF");
    return ListEnd::kEof;
  }

  /// {{end}} or {{else}}
  void ReadEnding() {
    reader_.BeginAction(reader_.Take());
    const Token word = reader_.Take();
    const Token next = reader_.Peek();
    const bool goes_on = word.text == "else" && next.kind == Kind::kKeyword &&
                         (next.text == "if" || next.text == "with");
    if (!goes_on && !reader_.TakeIf(Kind::kClose)) reader_.FailUnexpected(word.text);
    reader_.EndAction();
  }

  void ReadAction(std::vector<Node>& nodes, bool outermost) {
    reader_.BeginAction(reader_.Take());
    const Token word = reader_.Peek();
    if (word.kind != Kind::kKeyword || (word.text == "define" && !outermost)) {
      Node node{.kind = Node::Kind::kAction, .at = word.at};
      node.pipe = pipes_.Read("command", Kind::kClose);
      nodes.push_back(std::move(node));
      reader_.EndAction();
      return;
    }
    reader_.Take();
    if (word.text == "define") {
      ReadDefinition();
    } else if (word.text == "template" || word.text == "block") {
      nodes.push_back(ReadTemplate(word));
    } else if (word.text == "break" || word.text == "continue") {
      nodes.push_back(ReadJump(word));
    } else {
      nodes.push_back(ReadControl(word));
    }
  }

  std::string ReadName(std::string_view where) {
    if (reader_.Peek().kind != Kind::kQuoted) {
      reader_.FailUnexpected(where);
      return {};
    }
    const Result<std::string> name = ReadQuoted(reader_.Take().text);
    if (!name) reader_.Fail(name.error().message());
    return name ? *name : std::string();
  }

  void ReadDefinition() {
    const std::string name = ReadName("define clause");
    if (!reader_.TakeIf(Kind::kClose)) reader_.FailUnexpected("define clause");
    Define(name, "define clause");
  }

  /// The body of a definition, up to and with its {{end}}. It sees no variable but $.
  void Define(const std::string& name, std::string_view clause) {
    reader_.EndAction();
    const Scope scope(*this);
    std::vector<std::string> outer = std::exchange(pipes_.variables(), {"$"});
    const size_t loops = std::exchange(loops_, 0);
    std::vector<Node> body;
    if (ReadList(body, false) == ListEnd::kElse)
      reader_.Fail(fmt::format("unexpected {{{{else}}}} in {}", clause));
    pipes_.variables() = std::move(outer);
    loops_ = loops;
    if (!tree_.templates.emplace(name, std::move(body)).second && !reader_.error()) {
      reader_.Fail(fmt::format("multiple definition of template {}", Quoted(name)));
    }
  }

  /// {{template "name" pipe}}, or a {{block}}, which defines it too.
  Node ReadTemplate(const Token& word) {
    Node node{.kind = Node::Kind::kTemplate, .at = reader_.Peek().at};
    const bool block = word.text == "block";
    const std::string_view clause = block ? "block clause" : "template clause";
    node.text = ReadName(clause);
    if (block || !reader_.TakeIf(Kind::kClose)) node.pipe = pipes_.Read(clause, Kind::kClose);
    if (block) Define(node.text, clause);
    reader_.EndAction();
    return node;
  }

  Node ReadJump(const Token& word) {
    if (!reader_.TakeIf(Kind::kClose)) reader_.FailUnexpected(fmt::format("{{{{{}}}}}", word.text));
    if (loops_ == 0) reader_.Fail(fmt::format("{{{{{}}}}} outside {{{{range}}}}", word.text));
    reader_.EndAction();
    return {.kind = word.text == "break" ? Node::Kind::kBreak : Node::Kind::kContinue,
            .at = word.at};
  }

  /// if, range and with.
  Node ReadControl(const Token& word) {
    const Scope scope(*this);
    const bool range = word.text == "range";
    Node node{.kind = range               ? Node::Kind::kRange
                      : word.text == "if" ? Node::Kind::kIf
                                          : Node::Kind::kWith,
              .at = word.at};
    node.pipe = pipes_.Read(word.text, Kind::kClose);
    reader_.EndAction();
    loops_ += range ? 1 : 0;
    const ListEnd ending = ReadList(node.body, false);
    loops_ -= range ? 1 : 0;
    if (ending == ListEnd::kElse) ReadElse(node, word.text);
    return node;
  }

  /// {{else}}, or {{else if}} and {{else with}}, which share their {{end}} with what they stand in.
  void ReadElse(Node& node, std::string_view control) {
    const Token word = reader_.Peek();
    if (word.kind == Kind::kKeyword && word.text == control && control != "range") {
      reader_.Take();
      node.otherwise.push_back(ReadControl(word));
    } else if (ReadList(node.otherwise, false) == ListEnd::kElse) {
      reader_.Fail("expected end; found {{else}}");
    }
  }

  Tree& tree_;
  TokenReader reader_;
  PipeParser pipes_;
  size_t depth_ = 0;
  size_t loops_ = 0;
};

}  // namespace

Result<Tree> Parse(std::string name, std::string text, const std::vector<std::string>& variables,
                   const IsFunction& is_function) {
  if (text.size() > kLongestTemplate) return Mistake(name, "", 0, "longer than 64 KiB");
  Tree tree{.name = std::move(name), .text = std::move(text)};
  std::vector<std::string> known{"$"};
  known.insert(known.end(), variables.begin(), variables.end());
  const std::optional<Error> error =
      Parser(tree, Lex(tree.text), std::move(known), is_function).Read();
  if (error) return *error;
  return tree;
}

}  // namespace klaxon::templates
