#include "agent/config/yaml_map.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/config/key_catalogue.h"
#include "agent/config/reading.h"

namespace klaxon::config {
namespace {

void AddOnce(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    names.emplace_back(name);
  }
}

std::string UnknownKey(std::string_view key, const std::vector<std::string>& known) {
  if (key == "<<") {
    return "merging (\"<<\") is not supported; write the keys out, or use an alias for a whole "
           "value";
  }
  const std::vector<std::string_view> candidates(known.begin(), known.end());
  if (const std::string_view nearest = Nearest(key, candidates); !nearest.empty()) {
    return fmt::format("unknown key; did you mean \"{}\"?", nearest);
  }
  return known.empty() ? "unknown key"
                       : fmt::format("unknown key; known here: {}", fmt::join(known, ", "));
}

}  // namespace

YamlMap::YamlMap(std::shared_ptr<Reading> reading, const YamlNode* node, std::string path)
    : reading_(std::move(reading)), node_(node), path_(std::move(path)) {
}

YamlMap::~YamlMap() {
  Finish();
}

void YamlMap::Finish() {
  if (reading_ == nullptr || finished_) {
    return;
  }
  finished_ = true;
  for (const YamlNode::Entry& entry : node_->entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) {
      reading_->Complain(entry.position, PathOf(entry.key), UnknownKey(entry.key, known_));
    }
  }
}

bool YamlMap::Has(std::string_view key) {
  return Ask(key) != nullptr;
}

bool YamlMap::Require(std::string_view key) {
  AddOnce(required_, key);
  if (Has(key)) {
    return true;
  }
  Complain(key, node_->Find(key) == nullptr ? "required, but not given"
                                            : "required, but it has no value");
  return false;
}

std::optional<YamlMap> YamlMap::Map(std::string_view key) {
  const YamlNode* const node = Ask(key);
  Record(key, {.kind = "map"});
  const YamlNode::Entry* const entry = node_->Find(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  if (node != nullptr && node->kind != YamlNode::Kind::kMap) {
    Wrong(key, "expected a map");
    return std::nullopt;
  }
  return YamlMap(reading_, entry->value, PathOf(key));
}

std::vector<YamlMap> YamlMap::Maps(std::string_view key) {
  std::vector<YamlMap> maps;
  const YamlNode* const node = Ask(key);
  Record(key, {.kind = "list of maps"});
  if (node == nullptr) {
    return maps;
  }
  if (node->kind != YamlNode::Kind::kList) {
    Wrong(key, "expected a list of maps (each begins with \"- \")");
    return maps;
  }
  for (size_t i = 0; i < node->items.size(); ++i) {
    const std::string path = fmt::format("{}[{}]", PathOf(key), i);
    const YamlNode* const item = node->items[i];
    if (item->kind == YamlNode::Kind::kMap) {
      maps.push_back(YamlMap(reading_, item, path));
    } else {
      reading_->WrongValue(*item, path, "expected a map");
    }
  }
  return maps;
}

void YamlMap::Complain(std::string_view key, std::string what) {
  reading_->Complain(PositionOf(key), PathOf(key), std::move(what));
}

Position YamlMap::PositionOf(std::string_view key) const {
  const YamlNode::Entry* const entry = node_->Find(key);
  return entry == nullptr ? node_->position : entry->position;
}

std::string YamlMap::PathOf(std::string_view key) const {
  return fmt::format("{}{}{}", path_, path_.empty() ? "" : ".", Printable(key, 80));
}

const YamlNode* YamlMap::Ask(std::string_view key) {
  AddOnce(known_, key);
  const YamlNode::Entry* const entry = node_->Find(key);
  return entry == nullptr || entry->value->kind == YamlNode::Kind::kNull ? nullptr : entry->value;
}

std::optional<std::string> YamlMap::Text(std::string_view key, std::string_view expected) {
  const YamlNode* const node = Ask(key);
  return node == nullptr ? std::nullopt : reading_->Text(*node, PathOf(key), expected);
}

void YamlMap::Wrong(std::string_view key, std::string_view what) {
  reading_->WrongValue(*node_->Find(key)->value, PathOf(key), what);
}

void YamlMap::Record(std::string_view key, CatalogueEntry entry) {
  entry.path = PathOf(key);
  entry.required = std::find(required_.begin(), required_.end(), key) != required_.end();
  entry.in_file = node_->Find(key) != nullptr;
  reading_->Record(std::move(entry));
}

}  // namespace klaxon::config
