#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/mistake.h"

// The inside of the reader: not for readers of sections. Files whose form others have laid down
// (Prometheus' rules and their tests) are read from the tree itself.

namespace klaxon::config {

/// A value in a parsed file.
struct YamlNode {
  enum class Kind { kNull, kText, kList, kMap };

  struct Entry {
    std::string key{};
    Position position{};  ///< of the key
    const YamlNode* value = nullptr;
    bool plain = true;  ///< the key; as of a value
  };

  Kind kind = Kind::kNull;
  Position position{};
  std::string text{};  ///< of kText
  /// Of kText: neither in quotes, nor a block, nor tagged as text, so that it may be a number.
  bool plain = false;
  std::vector<const YamlNode*> items{};  ///< of kList
  std::vector<Entry> entries{};          ///< of kMap, in the order of the file, each key once
  size_t size = 1;  ///< values in it, aliases counted as often as they are used

  /// The entry of a key, nullptr if there is none.
  const Entry* Find(std::string_view key) const;
};

/// "text", "a list", "a map", "nothing".
std::string_view NameOf(YamlNode::Kind kind);

struct YamlTree {
  std::vector<std::unique_ptr<YamlNode>> nodes{};  ///< all of them; aliases share
  const YamlNode* root = nullptr;                  ///< nullptr: the text is empty or broken
  std::vector<Mistake> mistakes{};                 ///< without the file's name
  bool broken = false;                             ///< the text could not be read to its end
};

struct TreeOptions {
  /// What follows the first document is not looked at, as Go's decoder does; else it is a mistake.
  bool first_document_only = false;
  size_t most_values = 100'000;
};

/// Reads one YAML 1.2 document (yaml-cpp does not resolve types: every scalar is text or null).
/// Mistakes: what is not YAML, not UTF-8, has control characters, a key twice, a key that is not
/// text, a tag, a second document, more than 64 levels or too many values. Never throws.
YamlTree ParseTree(std::string_view text, const TreeOptions& options = {});

}  // namespace klaxon::config
