#pragma once

#include <string>
#include <vector>

namespace klaxon::config {

/// One key that a reader asked for, whether the file has it or not. Documentation is generated from
/// these, and a test compares the example configuration with them.
struct CatalogueEntry {
  std::string path{};     ///< as in mistakes, e.g. "clusters[0].kafka.interval"
  std::string kind{};     ///< e.g. "duration", "text", "map", "list of maps"
  std::string accepts{};  ///< e.g. "1s to 1h", "debug, info, warn"; empty: anything of its kind
  std::string default_value{};  ///< as it would be written in the file; empty: none
  std::string value{};          ///< as it was read; a secret as "<secret>"; empty for maps
  bool required = false;
  bool in_file = false;  ///< the key is there, with a value or (`key:`) without one

  friend bool operator==(const CatalogueEntry&, const CatalogueEntry&) = default;
};

/// Every key that was asked for, in the order of asking.
using KeyCatalogue = std::vector<CatalogueEntry>;

/// The path with every list index taken out, e.g. "clusters[].kafka.interval".
std::string WithoutIndices(const std::string& path);

/// What an example that shows every key with its default lacks, a sentence a key: `log.level: not
/// in the file`, `log.level: the default is "info", the file has "warn"`. Of a list of maps, one
/// element has to show a key. Required keys and secrets only have to be there.
std::vector<std::string> GapsInExample(const KeyCatalogue& catalogue);

}  // namespace klaxon::config
