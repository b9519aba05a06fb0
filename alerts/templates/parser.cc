#include "alerts/templates/parser.h"

#include <algorithm>
#include <array>
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

constexpr std::array<std::string_view, 10> kKeywords{
    "block", "break", "continue", "define", "else", "end", "if", "range", "template", "with"};

/// What a list of nodes ends with.
enum class ListEnd { kEof, kEnd, kElse };

/// Recursive descent. After the first mistake nothing more is read: the tokens are at their end.
class Parser {
 public:
  Parser(Tree& tree, std::vector<Token> tokens, std::vector<std::string> variables,
         const IsFunction& is_function)
      : tree_(tree),
        reader_(tree, std::move(tokens)),
        pipes_(reader_, std::move(variables), is_function) {}

  std::optional<Error> Read() {
    std::vector<Node> nodes;
    if (ReadList(nodes, true) != ListEnd::kEof) reader_.Fail("unexpected {{end}}");
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

  /// Nodes up to {{end}}, {{else}} (which are left to read) or the end of the text.
  ListEnd ReadList(std::vector<Node>& nodes, bool outermost) {
    while (reader_.Peek().kind != Kind::kEnd) {
      if (reader_.IsKeyword("end")) return ListEnd::kEnd;
      if (reader_.IsKeyword("else")) {
        if (outermost) reader_.Fail("unexpected {{else}}");
        return ListEnd::kElse;
      }
      if (reader_.Peek().kind == Kind::kText) {
        const Token text = reader_.Take();
        nodes.push_back({.kind = Node::Kind::kText, .at = text.at, .text = std::string(text.text)});
      } else {
        ReadAction(nodes, outermost);
      }
    }
    if (!outermost) reader_.Fail("unexpected EOF");
    return ListEnd::kEof;
  }

  void ReadAction(std::vector<Node>& nodes, bool outermost) {
    reader_.Take();  // {{
    const Token word = reader_.Peek();
    const bool keyword =
        word.kind == Kind::kWord && std::ranges::find(kKeywords, word.text) != kKeywords.end();
    if (!keyword) {
      Node node{.kind = Node::Kind::kAction, .at = word.at};
      node.pipe = pipes_.Read("command", Kind::kClose, 1);
      nodes.push_back(std::move(node));
      return;
    }
    reader_.Take();
    if (word.text == "define") {
      if (!outermost) reader_.Fail("unexpected {{define}}");
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
    Define(name);
  }

  /// The body of a definition, up to and with its {{end}}. It sees no variable but $.
  void Define(const std::string& name) {
    const Scope scope(*this);
    std::vector<std::string> outer = std::exchange(pipes_.variables(), {"$"});
    const size_t loops = std::exchange(loops_, 0);
    std::vector<Node> body;
    if (ReadList(body, false) == ListEnd::kElse)
      reader_.Fail("unexpected {{else}} in define clause");
    TakeEnd();
    pipes_.variables() = std::move(outer);
    loops_ = loops;
    if (!tree_.templates.emplace(name, std::move(body)).second && !reader_.error()) {
      reader_.Fail(fmt::format("multiple definition of template {}", Quoted(name)));
    }
  }

  void TakeEnd() {
    if (!reader_.IsKeyword("end")) return reader_.FailUnexpected("end");
    reader_.Take();
    reader_.Take();
    if (!reader_.TakeIf(Kind::kClose)) reader_.FailUnexpected("end");
  }

  /// {{template "name" pipe}}, or a {{block}}, which defines it too.
  Node ReadTemplate(const Token& word) {
    Node node{.kind = Node::Kind::kTemplate, .at = reader_.Peek().at};
    node.text = ReadName(word.text == "block" ? "block clause" : "template clause");
    if (word.text == "block" && reader_.Peek().kind == Kind::kClose) {
      reader_.Fail("missing value for block clause");
    }
    if (reader_.Peek().kind != Kind::kClose) {
      node.pipe = pipes_.Read("template", Kind::kClose, 1);
    } else {
      reader_.Take();
    }
    if (word.text == "block") Define(node.text);
    return node;
  }

  Node ReadJump(const Token& word) {
    if (!reader_.TakeIf(Kind::kClose)) reader_.FailUnexpected(fmt::format("{{{{{}}}}}", word.text));
    if (loops_ == 0) reader_.Fail(fmt::format("{{{{{}}}}} outside {{{{range}}}}", word.text));
    return {.kind = word.text == "break" ? Node::Kind::kBreak : Node::Kind::kContinue,
            .at = word.at};
  }

  /// if, range and with.
  Node ReadControl(const Token& word) {
    if (word.text == "end" || word.text == "else") {
      reader_.Fail(fmt::format("unexpected {{{{{}}}}}", word.text));
      return {};
    }
    const Scope scope(*this);
    const bool range = word.text == "range";
    Node node{.kind = range               ? Node::Kind::kRange
                      : word.text == "if" ? Node::Kind::kIf
                                          : Node::Kind::kWith,
              .at = word.at};
    node.pipe = pipes_.Read(word.text, Kind::kClose, range ? 2 : 1);
    loops_ += range ? 1 : 0;
    const ListEnd ending = ReadList(node.body, false);
    loops_ -= range ? 1 : 0;
    if (ending == ListEnd::kElse) {
      ReadElse(node, word.text);
    } else {
      TakeEnd();
    }
    return node;
  }

  /// {{else}}, or {{else if}} and {{else with}}, which share their {{end}} with what they stand in.
  void ReadElse(Node& node, std::string_view control) {
    reader_.Take();
    reader_.Take();
    const Token word = reader_.Peek();
    if (word.kind == Kind::kWord && word.text == control && control != "range") {
      reader_.Take();
      node.otherwise.push_back(ReadControl(word));
      return;
    }
    if (!reader_.TakeIf(Kind::kClose)) return reader_.FailUnexpected("else");
    if (ReadList(node.otherwise, false) == ListEnd::kElse) {
      return reader_.Fail("expected end; found {{else}}");
    }
    TakeEnd();
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
  Result<std::vector<Token>> tokens = Lex(tree.name, tree.text);
  if (!tokens) return tokens.error();
  std::vector<std::string> known{"$"};
  known.insert(known.end(), variables.begin(), variables.end());
  const std::optional<Error> error =
      Parser(tree, std::move(*tokens), std::move(known), is_function).Read();
  if (error) return *error;
  return tree;
}

}  // namespace klaxon::templates
