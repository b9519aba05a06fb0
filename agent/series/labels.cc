#include "agent/series/labels.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

namespace klaxon::series {
namespace {

/// Each label: the length of its name, that of its value, the name, the value.
constexpr size_t kLengths = 2 * sizeof(uint32_t);

struct Lengths {
  uint32_t name = 0;
  uint32_t value = 0;
};

Lengths LengthsAt(const char* at) {
  Lengths lengths;
  std::memcpy(&lengths, at, kLengths);
  return lengths;
}

void AppendLabel(std::string_view name, std::string_view value, std::string& encoded) {
  const Lengths lengths{static_cast<uint32_t>(name.size()), static_cast<uint32_t>(value.size())};
  char bytes[kLengths];
  std::memcpy(bytes, &lengths, kLengths);
  encoded.append(bytes, kLengths);
  encoded += name;
  encoded += value;
}

bool IsPlainName(std::string_view name) {
  const auto plain = [](char c) {
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && std::ranges::all_of(name, plain) && (name[0] < '0' || name[0] > '9');
}

std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '\n') {
      quoted += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

Label Labels::Iterator::operator*() const {
  const Lengths lengths = LengthsAt(at_);
  const char* const name = at_ + kLengths;
  return {.name = {name, lengths.name}, .value = {name + lengths.name, lengths.value}};
}

Labels::Iterator& Labels::Iterator::operator++() {
  const Lengths lengths = LengthsAt(at_);
  at_ += kLengths + lengths.name + lengths.value;
  return *this;
}

Labels::Labels(std::vector<std::pair<std::string, std::string>> labels) {
  using Pair = std::pair<std::string, std::string>;
  for (auto at = labels.begin(); at != labels.end(); ++at) {  // few, and mostly sorted already
    const auto place = std::ranges::upper_bound(labels.begin(), at, at->first, {}, &Pair::first);
    std::rotate(place, at, at + 1);
  }
  for (size_t i = 0; i < labels.size(); ++i) {
    const bool overruled = i + 1 < labels.size() && labels[i + 1].first == labels[i].first;
    if (!overruled && !labels[i].second.empty()) {
      AppendLabel(labels[i].first, labels[i].second, encoded_);
    }
  }
}

Labels Labels::FromEncoded(std::string encoded) {
  Labels labels;
  labels.encoded_ = std::move(encoded);
  return labels;
}

std::string_view Labels::Get(std::string_view name) const {
  for (const Label label : *this) {
    if (label.name == name) return label.value;
  }
  return {};
}

std::strong_ordering operator<=>(const Labels& left, const Labels& right) {
  auto l = left.begin();
  auto r = right.begin();
  for (; l != left.end() && r != right.end(); ++l, ++r) {
    if (const auto order = *l <=> *r; order != 0) return order;
  }
  return (l != left.end()) <=> (r != right.end());
}

const LabelsRef& NoLabels() {
  static const LabelsRef none = std::make_shared<const Labels>();
  return none;
}

std::string ToString(const Labels& labels) {
  std::string text;
  for (const Label label : labels) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ",
                        IsPlainName(label.name) ? std::string(label.name) : Quoted(label.name),
                        Quoted(label.value));
  }
  return "{" + text + "}";
}

LabelFilter::LabelFilter(std::vector<std::string> names, bool keep)
    : names_(std::move(names)), keep_(keep) {
  std::ranges::sort(names_);
}

LabelFilter LabelFilter::Only(std::vector<std::string> names) {
  return {std::move(names), true};
}

LabelFilter LabelFilter::Without(std::vector<std::string> names) {
  return {std::move(names), false};
}

bool LabelFilter::Passes(std::string_view name) const {
  // Mostly one to four names, so that looking at each is the quickest.
  return std::ranges::any_of(names_, [&](const auto& own) { return own == name; }) == keep_;
}

void LabelFilter::Append(const Labels& labels, std::string& encoded) const {
  for (const Label label : labels) {
    if (Passes(label.name)) AppendLabel(label.name, label.value, encoded);
  }
}

Labels LabelFilter::Apply(const Labels& labels) const {
  std::string encoded;
  Append(labels, encoded);
  return Labels::FromEncoded(std::move(encoded));
}

LabelsBuilder::LabelsBuilder(const Labels& from) {
  for (const Label label : from)
    labels_.emplace_back(label.name, label.value);
}

void LabelsBuilder::Set(std::string_view name, std::string_view value) {
  labels_.emplace_back(name, value);  // the last of a name counts
}

}  // namespace klaxon::series
