#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/config/expand.h"
#include "agent/config/key_catalogue.h"
#include "agent/config/mistake.h"
#include "agent/config/yaml_map.h"

namespace klaxon::config {

/// A configuration file, read strictly: one YAML document whose root is a map, at most 4 MiB,
/// 64 levels and 100,000 values (aliases counted as often as they are used), no key twice.
///
///     Document document = Document::Load("klaxon.yaml");
///     {
///       YamlMap root = document.Root();
///       ... read ...
///     }
///     if (!document.ok()) { print ToString(document.mistakes()); }
///
/// Reading is pure: the same text (with the same environment and secret files) gives the same
/// values or the same mistakes. Nothing throws. Not thread-safe.
class Document {
 public:
  static Document Load(const std::string& file,
                       const Environment& environment = ProcessEnvironment());

  /// `name` stands in mistakes for the file; `key_file` paths are relative to `folder`.
  static Document Parse(std::string_view text, std::string name,
                        const Environment& environment = ProcessEnvironment(),
                        std::string folder = "");

  /// The outermost map. A document that could not be parsed gives an empty one that reports nothing
  /// more: what follows from a broken file is not worth reading.
  YamlMap Root();

  bool ok() const;

  /// All mistakes so far, in the order of the file. Complete once every YamlMap is finished or
  /// gone. After 100 the rest is only counted.
  std::vector<Mistake> mistakes() const;

  /// All keys that were asked for so far.
  const KeyCatalogue& catalogue() const;

 private:
  explicit Document(std::shared_ptr<Reading> reading);

  std::shared_ptr<Reading> reading_;
};

}  // namespace klaxon::config
