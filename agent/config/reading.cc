#include "agent/config/reading.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::config {

Reading::Reading(std::string file, std::string folder, Environment environment)
    : file_(std::move(file)), folder_(std::move(folder)), environment_(std::move(environment)) {
}

void Reading::Take(YamlTree tree) {
  tree_ = std::move(tree);
  for (Mistake& mistake : tree_.mistakes) {
    Complain(mistake.position, std::move(mistake.path), std::move(mistake.what));
  }
  muted_ = tree_.broken;
}

void Reading::Fail(std::string what) {
  Complain({}, "", std::move(what));
  muted_ = true;
}

void Reading::Complain(Position position, std::string path, std::string what) {
  constexpr size_t kMostShown = 100;
  if (muted_) {
    return;
  }
  if (mistakes_.size() >= kMostShown) {
    ++dropped_;
    return;
  }
  const auto before = [](Position place, const Mistake& mistake) {
    return place < mistake.position;
  };
  const auto after_equals = std::upper_bound(mistakes_.begin(), mistakes_.end(), position, before);
  mistakes_.insert(
      after_equals,
      {.file = file_, .position = position, .path = std::move(path), .what = std::move(what)});
}

void Reading::WrongValue(const YamlNode& node, std::string path, std::string_view what) {
  const std::string found = node.kind == YamlNode::Kind::kText
                                ? fmt::format("\"{}\"", Printable(node.text, 60))
                                : std::string(NameOf(node.kind));
  Complain(node.position, std::move(path), fmt::format("{}, found {}", what, found));
}

std::optional<std::string> Reading::Text(const YamlNode& node, const std::string& path,
                                         std::string_view expected) {
  if (node.kind != YamlNode::Kind::kText) {
    WrongValue(node, path, fmt::format("expected {}", expected));
    return std::nullopt;
  }
  Result<std::string> text = Expand(node.text, environment_);
  if (!text) {
    Complain(node.position, path, text.error().message());
    return std::nullopt;
  }
  return *std::move(text);
}

std::vector<Mistake> Reading::Mistakes() const {
  std::vector<Mistake> all = mistakes_;
  if (dropped_ > 0) {
    all.push_back({.file = file_, .what = fmt::format("and {} more mistakes", dropped_)});
  }
  return all;
}

}  // namespace klaxon::config
