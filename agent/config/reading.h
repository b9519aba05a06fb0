#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/expand.h"
#include "agent/config/key_catalogue.h"
#include "agent/config/mistake.h"
#include "agent/config/yaml_tree.h"

// The inside of the reader: not for readers of sections.

namespace klaxon::config {

/// One reading of one file, shared by the Document and every YamlMap in it: the tree, and what has
/// been found and asked so far. Not thread-safe.
class Reading {
 public:
  Reading(std::string file, std::string folder, Environment environment);

  /// Takes what was parsed; its mistakes become ours. A broken tree reads as an empty map, and
  /// nothing that follows from that is reported.
  void Take(YamlTree tree);

  /// The file could not even be opened.
  void Fail(std::string what);

  const YamlNode& root() const { return tree_.root == nullptr ? nothing_ : *tree_.root; }

  const std::string& folder() const { return folder_; }

  void Complain(Position position, std::string path, std::string what);

  /// `what` with what was found instead, quoted as the file has it (variables not expanded, so that
  /// no secret shows): `expected a duration such as 10s, found "abc"`.
  void WrongValue(const YamlNode& node, std::string path, std::string_view what);

  /// The text of a value with its variables expanded; complains when it is not text, or a variable
  /// is missing. `expected`: e.g. "a duration such as 10s".
  std::optional<std::string> Text(const YamlNode& node, const std::string& path,
                                  std::string_view expected);

  void Record(CatalogueEntry entry) { catalogue_.push_back(std::move(entry)); }

  const KeyCatalogue& catalogue() const { return catalogue_; }

  /// Sorted by place.
  std::vector<Mistake> Mistakes() const;

  bool ok() const { return mistakes_.empty(); }

 private:
  std::string file_;
  std::string folder_;
  Environment environment_;
  YamlTree tree_{};
  const YamlNode nothing_{};
  bool muted_ = false;
  std::vector<Mistake> mistakes_{};  // sorted
  size_t dropped_ = 0;
  KeyCatalogue catalogue_{};
};

}  // namespace klaxon::config
