#include "alerts/rules/fields.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/promql/numbers.h"
#include "alerts/rules/go_integer.h"

namespace klaxon::rules {
namespace {

using config::YamlNode;

constexpr size_t kMostFindings = 100;
constexpr int kDeepestMerge = 50;

}  // namespace

void Report::Add(config::Position position, std::string about, std::string what) {
  if (findings_.size() >= kMostFindings) return;
  findings_.push_back(
      {.file = file_, .position = position, .about = std::move(about), .what = std::move(what)});
}

std::vector<Finding> Report::Take() {
  std::stable_sort(findings_.begin(), findings_.end(),
                   [](const Finding& a, const Finding& b) { return a.position < b.position; });
  return std::move(findings_);
}

Fields::Fields(const YamlNode& node, std::string about, Report& report)
    : position_(node.position), about_(std::move(about)), report_(report) {
  if (node.kind == YamlNode::Kind::kMap) {
    Gather(node, 0);
  } else if (node.kind != YamlNode::Kind::kNull) {
    Complain("", fmt::format("expected a map of fields, found {}", NameOf(node.kind)));
  }
}

void Fields::Gather(const YamlNode& map, int depth) {
  const YamlNode* merged = nullptr;
  for (const YamlNode::Entry& entry : map.entries) {
    const bool known = std::any_of(entries_.begin(), entries_.end(),
                                   [&](const auto& other) { return other.key == entry.key; });
    if (entry.key == "<<" && entry.plain) {
      merged = entry.value;
    } else if (!known) {
      entries_.push_back(entry);
    }
  }
  if (merged != nullptr) Merge(*merged, depth + 1);
}

void Fields::Merge(const YamlNode& value, int depth) {
  if (depth > kDeepestMerge) {
    Complain("", fmt::format("maps are merged more than {} deep", kDeepestMerge));
  } else if (value.kind == YamlNode::Kind::kMap) {
    Gather(value, depth);
  } else if (value.kind == YamlNode::Kind::kList) {
    for (const YamlNode* const item : value.items) {
      Merge(*item, depth + 1);
    }
  } else {
    report_.Add(value.position, about_, "\"<<\" wants a map or a list of maps");
  }
}

config::Position Fields::PositionOf(std::string_view key) const {
  for (const YamlNode::Entry& entry : entries_) {
    if (entry.key == key) return entry.value->position;
  }
  return position_;
}

const YamlNode* Fields::Take(std::string_view key) {
  taken_.emplace_back(key);
  for (const YamlNode::Entry& entry : entries_) {
    if (entry.key == key && entry.value->kind != YamlNode::Kind::kNull) return entry.value;
  }
  return nullptr;
}

const YamlNode* Fields::TakeText(std::string_view key, std::string_view expected) {
  const YamlNode* const node = Take(key);
  if (node == nullptr || node->kind == YamlNode::Kind::kText) return node;
  Complain(key, fmt::format("\"{}\": expected {}, found {}", key, expected, NameOf(node->kind)));
  return nullptr;
}

std::string Fields::Text(std::string_view key) {
  const YamlNode* const node = TakeText(key, "a text");
  return node == nullptr ? "" : node->text;
}

std::optional<Duration> Fields::Time(std::string_view key) {
  const YamlNode* const node = TakeText(key, "a duration such as 5m");
  if (node == nullptr) return std::nullopt;
  if (node->text.empty()) {
    Complain(key, fmt::format("\"{}\": empty duration string", key));
    return std::nullopt;
  }
  if (node->text == "0") return Duration::zero();
  const std::optional<int64_t> time = promql::ParseDurationMs(node->text);
  if (time) return std::chrono::milliseconds(*time);
  Complain(key, fmt::format("\"{}\": not a duration such as 1h30m: \"{}\"", key,
                            Printable(node->text, 60)));
  return std::nullopt;
}

int64_t Fields::Integer(std::string_view key) {
  const YamlNode* const node = TakeText(key, "a whole number");
  if (node == nullptr) return 0;
  const std::optional<int64_t> number = node->plain ? GoInteger(node->text) : std::nullopt;
  if (number) return *number;
  Complain(key, fmt::format("\"{}\": not a whole number: \"{}\"", key, Printable(node->text, 60)));
  return 0;
}

bool Fields::Flag(std::string_view key) {
  const YamlNode* const node = TakeText(key, "true or false");
  if (node == nullptr) return false;
  if (node->text == "true" || node->text == "True" || node->text == "TRUE") return true;
  if (node->text != "false" && node->text != "False" && node->text != "FALSE") {
    Complain(key, fmt::format("\"{}\": expected true or false", key));
  }
  return false;
}

std::vector<std::pair<std::string, std::string>> Fields::Texts(std::string_view key) {
  std::vector<std::pair<std::string, std::string>> texts;
  const YamlNode* const node = Take(key);
  if (node == nullptr) return texts;
  Fields inner(*node, about_, report_);
  for (const YamlNode::Entry& entry : inner.entries_) {
    if (entry.value->kind == YamlNode::Kind::kText || entry.value->kind == YamlNode::Kind::kNull) {
      texts.emplace_back(entry.key, entry.value->text);
    } else {
      report_.Add(entry.value->position, about_,
                  fmt::format("\"{}\" in \"{}\": expected a text, found {}",
                              Printable(entry.key, 60), key, NameOf(entry.value->kind)));
    }
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

std::vector<const YamlNode*> Fields::List(std::string_view key) {
  const YamlNode* const node = Take(key);
  if (node == nullptr) return {};
  if (node->kind == YamlNode::Kind::kList) {
    std::vector<const YamlNode*> items = node->items;
    std::erase_if(items, [](const YamlNode* item) { return item->kind == YamlNode::Kind::kNull; });
    return items;
  }
  Complain(key, fmt::format("\"{}\": expected a list, found {}", key, NameOf(node->kind)));
  return {};
}

void Fields::Complain(std::string_view key, std::string what) {
  report_.Add(PositionOf(key), about_, std::move(what));
}

void Fields::RefuseOthers() {
  std::vector<std::string_view> known(taken_.begin(), taken_.end());
  for (const YamlNode::Entry& entry : entries_) {
    if (std::find(taken_.begin(), taken_.end(), entry.key) != taken_.end()) continue;
    const std::string_view nearest = Nearest(entry.key, known);
    report_.Add(entry.position, about_,
                fmt::format("unknown field \"{}\"{}", Printable(entry.key, 60),
                            nearest.empty() ? "" : fmt::format("; did you mean \"{}\"?", nearest)));
  }
}

}  // namespace klaxon::rules
