#include "agent/config/yaml_tree.h"

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "agent/base/text.h"
#include "agent/config/yaml_text.h"

namespace klaxon::config {
namespace {

constexpr size_t kMaxDepth = 64;

/// yaml-cpp counts from 0.
Position PositionOf(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

/// Stops the parser. It leaves yaml-cpp's frames as one of its own exceptions.
[[noreturn]] void Stop(const YAML::Mark& mark, const std::string& why) {
  throw YAML::ParserException(mark, why);
}

void Break(YamlTree& tree, Position position, const std::string& why) {
  tree.root = nullptr;
  tree.broken = true;
  tree.mistakes.push_back({.position = position, .what = "not valid YAML: " + why});
}

/// Builds the tree out of the parser's events. yaml-cpp's own tree would hide duplicate keys, let
/// aliases grow without bound and lose the place of keys.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(YamlTree& tree, size_t most_values) : tree_(tree), most_values_(most_values) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) {
      Stop(mark, kSecondDocument);
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode& node = NewNode(YamlNode::Kind::kNull, mark, anchor);
    if (!open_.empty() && open_.back().key) {
      node.position = open_.back().key->position;  // the mark is already at the next value
    }
    Attach(node, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckTag(mark, tag);
    if (tag == "!") {
      last_quoted_ = mark;
    }
    YamlNode& node = NewNode(YamlNode::Kind::kText, mark, anchor);
    node.text = value;
    node.plain = tag != "!" && tag != "tag:yaml.org,2002:str";
    Attach(node, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      Stop(mark, "unknown alias");
    }
    const YamlNode* const node = found->second;
    const bool inside_itself = std::any_of(open_.begin(), open_.end(),
                                           [&](const Open& open) { return open.node == node; });
    if (inside_itself) {
      Stop(mark, "an alias may not stand inside what it refers to");
    }
    Attach(*node, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Begin(YamlNode::Kind::kList, mark, tag, anchor);
  }

  void OnSequenceEnd() override { End(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Begin(YamlNode::Kind::kMap, mark, tag, anchor);
  }

  void OnMapEnd() override { End(); }

  /// The line of the innermost list or map that is open, 0 if there is none.
  int LineOfOpen() const { return open_.empty() ? 0 : open_.back().node->position.line; }

  /// The last text in quotes, or the null mark. yaml-cpp lets the end of the file end it too.
  const YAML::Mark& last_quoted() const { return last_quoted_; }

 private:
  struct Key {
    std::string text{};
    Position position{};
    bool plain = true;
    bool usable = true;  ///< false: the value that follows is left out
  };

  /// A list or map whose end has not come yet.
  struct Open {
    YamlNode* node = nullptr;
    YAML::Mark mark{};
    std::optional<Key> key{};            ///< of a map: read, its value has not come yet
    std::map<std::string, int> lines{};  ///< of a map: where each key was first given
  };

  YamlNode& NewNode(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (tree_.nodes.size() >= most_values_) {
      Stop(mark, fmt::format("more than {} values", most_values_));
    }
    YamlNode& node = *tree_.nodes.emplace_back(std::make_unique<YamlNode>());
    node.kind = kind;
    node.position = PositionOf(mark);
    if (anchor != YAML::NullAnchor) {
      anchors_[anchor] = &node;
    }
    return node;
  }

  void Begin(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag,
             YAML::anchor_t anchor) {
    CheckTag(mark, tag);
    if (open_.size() >= kMaxDepth) {
      Stop(mark, fmt::format("more than {} levels", kMaxDepth));
    }
    YamlNode& node = NewNode(kind, mark, anchor);
    open_.push_back({.node = &node, .mark = mark});
  }

  void End() {
    const Open closed = std::move(open_.back());
    open_.pop_back();
    Attach(*closed.node, closed.mark);
  }

  /// Puts a finished value where it belongs: below the open list or map, or at the root.
  void Attach(const YamlNode& node, const YAML::Mark& mark) {
    if (open_.empty()) {
      tree_.root = &node;
      return;
    }
    Open& parent = open_.back();
    parent.node->size += node.size;
    if (parent.node->size > most_values_) {
      Stop(mark, fmt::format("more than {} values, aliases counted as often as they are used",
                             most_values_));
    }
    if (parent.node->kind == YamlNode::Kind::kList) {
      parent.node->items.push_back(&node);
    } else if (!parent.key) {
      TakeKey(parent, node, mark);
    } else {
      const Key key = *std::exchange(parent.key, std::nullopt);
      if (key.usable) {
        parent.node->entries.push_back({key.text, key.position, &node, key.plain});
      }
    }
  }

  void TakeKey(Open& parent, const YamlNode& node, const YAML::Mark& mark) {
    parent.key = Key{.text = node.text, .position = PositionOf(mark), .plain = node.plain};
    if (node.kind != YamlNode::Kind::kText) {
      parent.key->usable = false;
      Complain(parent.key->position, PathOf(open_.size() - 1),
               fmt::format("a key must be text, found {}", NameOf(node.kind)));
      return;
    }
    const auto [first, is_new] = parent.lines.emplace(node.text, mark.line + 1);
    if (!is_new) {
      parent.key->usable = false;
      Complain(parent.key->position, PathOf(open_.size()),
               fmt::format("duplicate key; first given on line {}", first->second));
    }
  }

  void CheckTag(const YAML::Mark& mark, const std::string& tag) {
    const bool plain = tag.empty() || tag == "?" || tag == "!";
    if (!plain && !tag.starts_with("tag:yaml.org,2002:")) {
      Complain(PositionOf(mark), PathOf(open_.size()),
               fmt::format("the tag \"{}\" is not understood; leave it out", Printable(tag, 60)));
    }
  }

  /// Of what is being read below the first `levels` open lists and maps.
  std::string PathOf(size_t levels) const {
    std::string path;
    for (size_t i = 0; i < levels; ++i) {
      const Open& open = open_[i];
      if (open.node->kind == YamlNode::Kind::kList) {
        path += fmt::format("[{}]", open.node->items.size());
      } else if (open.key) {
        path += (path.empty() ? "" : ".") + Printable(open.key->text, 80);
      }
    }
    return path;
  }

  void Complain(Position position, std::string path, std::string what) {
    tree_.mistakes.push_back(
        {.position = position, .path = std::move(path), .what = std::move(what)});
  }

  YamlTree& tree_;
  size_t most_values_;
  std::vector<Open> open_{};
  std::map<YAML::anchor_t, const YamlNode*> anchors_{};
  YAML::Mark last_quoted_ = YAML::Mark::null_mark();
  int documents_ = 0;
};

void Parse(std::string_view text, const TreeOptions& options, YamlTree& tree) {
  TreeBuilder builder(tree, options.most_values);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder) && !options.first_document_only) {
    }
  } catch (const YAML::Exception& exception) {
    const Position position = PositionOf(exception.mark);
    const std::string why = Explain(exception.msg, builder.LineOfOpen());
    Break(tree, position, fmt::format("{}{}", why, Hint(LineAt(text, position.line))));
  } catch (const std::exception& exception) {  // out of memory and the like: still only a bad file
    Break(tree, {}, exception.what());
  }
  if (const YAML::Mark quoted = builder.last_quoted();
      !tree.broken && quoted.pos >= 0 && IsQuoteOpen(text, static_cast<size_t>(quoted.pos))) {
    Break(tree, PositionOf(quoted), "the quote that begins here is not closed");
  }
}

}  // namespace

const YamlNode::Entry* YamlNode::Find(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const Entry& entry) { return entry.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string_view NameOf(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kText:
      return "text";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  std::abort();
}

YamlTree ParseTree(std::string_view text, const TreeOptions& options) {
  YamlTree tree;
  if (const std::optional<BadText> bad = FindBadText(text)) {
    Break(tree, bad->position, bad->why);
    return tree;
  }
  Parse(text, options, tree);
  if (tree.root != nullptr && tree.root->kind == YamlNode::Kind::kNull) {
    tree.root = nullptr;
  }
  if (tree.root != nullptr && tree.root->kind != YamlNode::Kind::kMap) {
    tree.mistakes.push_back(
        {.position = tree.root->position,
         .what = fmt::format("expected a map of keys (\"key: value\"), found {}",
                             NameOf(tree.root->kind))});
    tree.root = nullptr;
    tree.broken = true;
  }
  return tree;
}

}  // namespace klaxon::config
