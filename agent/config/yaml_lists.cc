// The getters of YamlMap for lists and maps of text, for files and for secrets.

#include <filesystem>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/config/key_catalogue.h"
#include "agent/config/read_file.h"
#include "agent/config/reading.h"
#include "agent/config/yaml_map.h"

namespace klaxon::config {

struct YamlMap::ListItem {
  std::string text{};  ///< variables expanded
  std::string path{};
  const YamlNode* node = nullptr;  ///< the item, or the whole text that is separated by commas
};

std::optional<std::vector<YamlMap::ListItem>> YamlMap::Items(std::string_view key,
                                                             std::string_view expected,
                                                             ListForm form) {
  const YamlNode* const node = Ask(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  std::vector<ListItem> items;
  if (node->kind == YamlNode::Kind::kText && form == ListForm::kSequenceOrCommas) {
    const std::optional<std::string> text = reading_->Text(*node, PathOf(key), expected);
    if (!text) {
      return std::nullopt;
    }
    for (const std::string_view part : Split(*text, ',')) {
      items.push_back({std::string(part), PathOf(key), node});
    }
    return items;
  }
  if (node->kind != YamlNode::Kind::kList) {
    Wrong(key, fmt::format("expected a list of {}", expected));
    return std::nullopt;
  }
  for (size_t i = 0; i < node->items.size(); ++i) {
    const YamlNode* const item = node->items[i];
    const std::string path = fmt::format("{}[{}]", PathOf(key), i);
    if (std::optional<std::string> text = reading_->Text(*item, path, expected)) {
      items.push_back({*std::move(text), path, item});
    }
  }
  return items;
}

std::vector<std::string> YamlMap::StringList(std::string_view key,
                                             const std::vector<std::string>& fallback,
                                             ListForm form) {
  std::vector<std::string> values = fallback;
  if (const std::optional<std::vector<ListItem>> items = Items(key, "text", form)) {
    values.clear();
    for (const ListItem& item : *items) {
      values.push_back(item.text);
    }
  }
  Record(key, {.kind = "list of text",
               .default_value = fmt::format("{}", fmt::join(fallback, ", ")),
               .value = fmt::format("{}", fmt::join(values, ", "))});
  return values;
}

std::vector<klaxon::HostPort> YamlMap::HostPorts(std::string_view key, uint16_t default_port) {
  constexpr std::string_view kExpected = "addresses such as 127.0.0.1:9092";
  std::vector<klaxon::HostPort> values;
  std::vector<std::string> texts;
  if (const auto items = Items(key, kExpected, ListForm::kSequenceOrCommas)) {
    for (const ListItem& item : *items) {
      Result<klaxon::HostPort> read = ParseHostPort(item.text, default_port);
      if (read && read->port > 0) {  // nobody can be reached at port 0
        texts.push_back(ToString(*read));
        values.push_back(*std::move(read));
      } else {
        // Only what the file itself shows may be repeated: the rest came from the environment.
        YamlNode shown = *item.node;
        shown.text = shown.text.find(item.text) == std::string::npos ? shown.text : item.text;
        reading_->WrongValue(shown, item.path, fmt::format("expected {}", kExpected));
      }
    }
    if (items->empty()) {
      Wrong(key, "expected at least one address");
    }
  }
  Record(key, {.kind = "list of addresses", .value = fmt::format("{}", fmt::join(texts, ", "))});
  return values;
}

std::vector<std::pair<std::string, std::string>> YamlMap::StringMap(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> pairs;
  const YamlNode* const node = Ask(key);
  Record(key, {.kind = "map of text"});
  if (node == nullptr) {
    return pairs;
  }
  if (node->kind != YamlNode::Kind::kMap) {
    Wrong(key, "expected a map of text");
    return pairs;
  }
  for (const YamlNode::Entry& entry : node->entries) {
    const std::string path = fmt::format("{}.{}", PathOf(key), Printable(entry.key, 80));
    if (std::optional<std::string> text = reading_->Text(*entry.value, path, "text")) {
      pairs.emplace_back(entry.key, *std::move(text));
    }
  }
  return pairs;
}

klaxon::Secret YamlMap::Secret(std::string_view key) {
  return ReadSecret(key, true);
}

klaxon::Secret YamlMap::ReadSecret(std::string_view key, bool may_be_empty) {
  const std::string file_key = fmt::format("{}_file", key);
  const bool both = Has(key) && Has(file_key);
  const std::optional<std::string> text = Text(key, "text");
  if (text && text->empty() && !may_be_empty) {
    Wrong(key, "must not be empty");
  }
  klaxon::Secret value(text.value_or(""));
  if (const YamlNode* const node = Ask(file_key); node != nullptr && !both) {
    value = klaxon::Secret(SecretFrom(file_key, *node));
  }
  if (both) {
    Complain(file_key, fmt::format("give {} or {}, not both", key, file_key));
  }
  Record(key, {.kind = "secret", .value = std::string(ToString(value))});
  Record(file_key, {.kind = "file of a secret"});
  return value;
}

klaxon::Secret YamlMap::RequiredSecret(std::string_view key) {
  const std::string file_key = fmt::format("{}_file", key);
  required_.emplace_back(key);
  if (!Has(key) && !Has(file_key)) {
    Complain(key, fmt::format("required, but not given; write it here or name its file with {}",
                              file_key));
  }
  return ReadSecret(key, false);
}

std::optional<std::string> YamlMap::FileName(std::string_view key) {
  std::optional<std::string> name = Text(key, "a file's name");
  Record(key, {.kind = "file", .value = name.value_or("")});
  if (!name || name->empty()) {
    return name;
  }
  // An absolute name replaces the folder.
  return (std::filesystem::path(reading_->folder()) / *name).string();
}

std::string YamlMap::SecretFrom(std::string_view file_key, const YamlNode& node) {
  constexpr size_t kMaxBytes = 65'536;
  const std::optional<std::string> name = reading_->Text(node, PathOf(file_key), "a file's name");
  if (!name) {
    return "";
  }
  // An absolute name replaces the folder.
  const std::string file = (std::filesystem::path(reading_->folder()) / *name).string();
  const Result<std::string> content = ReadFile(file, kMaxBytes);
  if (!content) {
    Wrong(file_key, fmt::format("the secret's file {}", content.error().message()));
    return "";
  }
  std::string value(Trim(*content));
  if (value.empty()) {
    Wrong(file_key, "the secret's file is empty");
  }
  return value;
}

}  // namespace klaxon::config
