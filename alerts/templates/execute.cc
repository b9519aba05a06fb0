#include "alerts/templates/execute.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "alerts/templates/evaluate.h"
#include "alerts/templates/format.h"
#include "alerts/templates/frame.h"
#include "alerts/templates/literal.h"

namespace klaxon::templates {
namespace {

constexpr size_t kDeepestCalls = 100;

/// Walks the nodes of one template; a template that it calls has a walker of its own.
class Walker {
 public:
  Walker(Progress& progress, const std::string& name, const Value& data)
      : progress_(progress),
        frame_(progress, name, data),
        evaluator_(frame_, [this](const std::string& called, const Value& value) {
          return Called(called, value);
        }) {}

  /// REQUIRES: there is a template of that name.
  Result<void> Run(const std::vector<Node>& nodes) {
    const Value data = frame_.ValueOf("$");
    Walk(nodes, data);
    if (failed()) return *frame_.error();
    return {};
  }

 private:
  enum class Then { kGoOn, kBreak, kContinue };

  bool failed() const { return frame_.error().has_value(); }

  void Write(std::string_view text) {
    progress_.text += text;
    if (progress_.text.size() > kLongestText) frame_.Fail("the text is longer than 1 MiB");
  }

  Then Walk(const std::vector<Node>& nodes, const Value& dot) {
    Then then = Then::kGoOn;
    for (const Node& node : nodes) {
      frame_.Spend(1);
      if (!failed()) then = Step(node, dot);
      if (failed() || then != Then::kGoOn) break;
    }
    return then;
  }

  Then Step(const Node& node, const Value& dot) {
    switch (node.kind) {
      case Node::Kind::kText:
        Write(node.text);
        return Then::kGoOn;
      case Node::Kind::kAction: {
        const Value value = evaluator_.Evaluate(node.pipe, dot);
        if (!failed() && node.pipe.variables.empty()) WriteValue(value);
        return Then::kGoOn;
      }
      case Node::Kind::kIf:
      case Node::Kind::kWith:
        return Choose(node, dot);
      case Node::Kind::kRange:
        return Repeat(node, dot);
      case Node::Kind::kTemplate:
        Call(node, dot);
        return Then::kGoOn;
      case Node::Kind::kBreak:
        return Then::kBreak;
      case Node::Kind::kContinue:
        break;
    }
    return Then::kContinue;
  }

  void WriteValue(const Value& value) {
    const bool html = progress_.execution.html;
    if (value.empty()) return Write(html ? "" : "<no value>");
    std::string text = Shown(value, kLongestText);
    if (value.As<Sample>() != nullptr) text.erase(0, 1);  // what a pointer points to is printed
    Write(html && value.As<SafeHtml>() == nullptr ? EscapeHtml(text) : text);
  }

  Then Choose(const Node& node, const Value& dot) {
    const size_t variables = frame_.variables();
    const Value value = evaluator_.Evaluate(node.pipe, dot);
    if (failed()) return Then::kGoOn;
    const bool holds = IsTrue(value);
    const bool with = holds && node.kind == Node::Kind::kWith;
    const Then then = Walk(holds ? node.body : node.otherwise, with ? value : dot);
    frame_.ForgetVariables(variables);
    return then;
  }

  /// {{range}}: over a list, a map or a number of times.
  Then Repeat(const Node& node, const Value& dot) {
    const size_t variables = frame_.variables();
    const Value value = evaluator_.Evaluate(node.pipe, dot);
    if (failed()) return Then::kGoOn;
    const auto* const times = value.As<int64_t>();
    if (times != nullptr && node.pipe.variables.size() > 1) {
      frame_.Fail(fmt::format("can't use {} to iterate over more than one variable", *times));
    }
    size_t rounds = 0;
    if (!failed())
      Each(value, [&](const Value& key, const Value& item) {
        ++rounds;
        return Round(node, key, item) != Then::kBreak && !failed();
      });
    const Then then = rounds == 0 && !failed() ? Walk(node.otherwise, dot) : Then::kGoOn;
    frame_.ForgetVariables(variables);
    return then;
  }

  /// Calls `once(key, item)` until it returns false.
  template <class Once>
  void Each(const Value& value, const Once& once) {
    if (const auto* list = value.As<List>()) {
      int64_t index = 0;
      std::ranges::all_of(list->items,
                          [&](const Value& item) { return once(Value(index++), item); });
    } else if (const auto* map = value.As<Map>()) {
      std::ranges::all_of(
          map->entries, [&](const auto& entry) { return once(Value(entry.first), entry.second); });
    } else if (const auto* times = value.As<int64_t>()) {
      for (int64_t i = 0; i < *times && once(Value(i), Value(i)); ++i) {
      }
    } else if (!value.empty()) {
      frame_.Fail("range can't iterate over " + Shown(value, 100));
    }
  }

  Then Round(const Node& node, const Value& key, const Value& item) {
    const size_t variables = frame_.variables();
    const std::vector<std::string>& names = node.pipe.variables;
    frame_.Spend(1);
    if (!names.empty()) frame_.Set(names.back(), item, node.pipe.assigns);
    if (names.size() > 1) frame_.Set(names.front(), key, node.pipe.assigns);
    const Then then = Walk(node.body, item);
    frame_.ForgetVariables(variables);
    return then;
  }

  void Call(const Node& node, const Value& dot) {
    frame_.AtTemplate(node);
    if (!progress_.tree.templates.contains(node.text)) return Call(node.text, {});
    Value data;
    if (!node.pipe.commands.empty()) data = evaluator_.Evaluate(node.pipe, dot);
    frame_.AtTemplate(node);
    if (!failed()) Call(node.text, data);
  }

  void Call(const std::string& name, const Value& data) {
    const auto found = progress_.tree.templates.find(name);
    if (found == progress_.tree.templates.end())
      return frame_.Fail(fmt::format("template {} not defined", Quoted(name)));
    if (progress_.depth >= kDeepestCalls)
      return frame_.Fail("templates call one another more than 100 deep");
    ++progress_.depth;
    const Result<void> ran = Walker(progress_, name, data).Run(found->second);
    --progress_.depth;
    if (!ran) frame_.set_error(ran.error());
  }

  /// The text of a template, which is not written.
  std::string Called(const std::string& name, const Value& data) {
    std::string outer = std::exchange(progress_.text, {});
    Call(name, data);
    return std::exchange(progress_.text, std::move(outer));
  }

  Progress& progress_;
  Frame frame_;
  Evaluator evaluator_;
};

}  // namespace

Result<std::string> Execute(const Tree& tree, const Value& data, const Execution& execution,
                            const Environment& environment) {
  Progress progress{.tree = tree, .execution = execution, .environment = environment};
  const Result<void> ran =
      Walker(progress, tree.name, data).Run(tree.templates.find(tree.name)->second);
  if (!ran) return ran.error();
  return std::move(progress.text);
}

}  // namespace klaxon::templates
