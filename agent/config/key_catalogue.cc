#include "agent/config/key_catalogue.h"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace klaxon::config {

std::string WithoutIndices(const std::string& path) {
  std::string without;
  bool inside = false;
  for (const char c : path) {
    inside = inside && c != ']';
    if (!inside) {
      without += c;
    }
    inside = inside || c == '[';
  }
  return without;
}

std::vector<std::string> GapsInExample(const KeyCatalogue& catalogue) {
  std::map<std::string, std::string> gaps;  // by path; empty: shown as it should be
  for (const CatalogueEntry& entry : catalogue) {
    const bool any_value = entry.required || entry.kind == "secret";
    std::string gap;
    if (!entry.in_file) {
      gap = "not in the file";
    } else if (!any_value && entry.value != entry.default_value) {
      gap = fmt::format("the default is \"{}\", the file has \"{}\"", entry.default_value,
                        entry.value);
    }
    const auto [known, is_new] = gaps.emplace(WithoutIndices(entry.path), gap);
    if (!is_new && (gap.empty() || (entry.in_file && !known->second.empty()))) {
      known->second = gap;
    }
  }
  std::vector<std::string> sentences;
  for (const auto& [path, gap] : gaps) {
    if (!gap.empty()) {
      sentences.push_back(fmt::format("{}: {}", path, gap));
    }
  }
  return sentences;
}

}  // namespace klaxon::config
