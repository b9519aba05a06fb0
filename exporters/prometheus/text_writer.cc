#include "exporters/prometheus/text_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <utility>

#include "agent/base/text.h"

namespace klaxon::prometheus_page {
namespace {

constexpr size_t kChunk = 65536;

uint64_t Mix(uint64_t hash) {  // the finisher of MurmurHash3, public domain
  hash ^= hash >> 33U;
  hash *= 0xFF51AFD7ED558CCDU;
  hash ^= hash >> 33U;
  hash *= 0xC4CEB9FE1A85EC53U;
  return hash ^ (hash >> 33U);
}

uint64_t HashOf(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

/// A help text: backslash and line end are escaped there, quotes are not.
void AppendHelp(std::string_view help, std::string& out) {
  for (const char c : help) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

bool IsPlain(char c) {
  return static_cast<unsigned char>(c) < 0x80 && c != '\\' && c != '"' && c != '\n';
}

}  // namespace

bool HashSet::Insert(uint64_t hash) {
  if (hash == 0) {
    hash = 1;
  }
  const size_t mask = slots_.size() - 1;
  size_t slot = hash & mask;
  while (slots_[slot] != 0) {
    if (slots_[slot] == hash) {
      return false;
    }
    slot = (slot + 1) & mask;
  }
  slots_[slot] = hash;
  if (++count_ * 2 > slots_.size()) {
    Grow();
  }
  return true;
}

void HashSet::Clear() {
  const size_t wanted = std::bit_ceil(std::max<size_t>(count_ * 2, 1024));
  if (count_ > 0) {
    slots_.assign(wanted, 0);
  }
  count_ = 0;
}

void HashSet::Grow() {
  std::vector<uint64_t> old(slots_.size() * 2);
  old.swap(slots_);
  const size_t mask = slots_.size() - 1;
  for (const uint64_t hash : old) {
    size_t slot = hash & mask;
    while (hash != 0 && slots_[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    if (hash != 0) {
      slots_[slot] = hash;
    }
  }
}

TextWriter::TextWriter(TextOptions options, Sink sink)
    : options_(std::move(options)), sink_(std::move(sink)) {
  buffer_.reserve(kChunk + 4096);
}

void TextWriter::BeginFamily(const metrics::MetricInfo& info) {
  info_ = info;
  head_written_ = false;
  prefix_valid_ = false;
  const bool has_cluster = !info.labels.empty() && info.labels.front() == "cluster";
  skipped_ = has_cluster && options_.cluster_label.empty() ? 1 : 0;
  seen_.Clear();
}

void TextWriter::WriteHead() {
  buffer_ += "# HELP ";
  buffer_ += info_.name;
  buffer_ += ' ';
  AppendHelp(info_.help, buffer_);
  buffer_ += "\n# TYPE ";
  buffer_ += info_.name;
  buffer_ += ' ';
  buffer_ += Name(info_.type);
  buffer_ += '\n';
  head_written_ = true;
}

std::string_view TextWriter::LabelName(size_t index) const {
  const std::string_view name = info_.labels[index];
  return index == 0 && name == "cluster" ? std::string_view(options_.cluster_label) : name;
}

bool TextWriter::SamePrefix(metrics::LabelValues values) const {
  if (!prefix_valid_ || prefix_ends_.size() + 1 != values.size()) {
    return false;
  }
  size_t begin = 0;
  for (size_t i = 0; i < prefix_ends_.size(); ++i) {
    const size_t length = prefix_ends_[i] - begin;
    if (values[i].size() != length || prefix_values_.compare(begin, length, values[i]) != 0) {
      return false;
    }
    begin = prefix_ends_[i];
  }
  return true;
}

void TextWriter::BuildPrefix(metrics::LabelValues values) {
  prefix_ = info_.name;
  prefix_values_.clear();
  prefix_ends_.clear();
  for (size_t i = 0; i < values.size(); ++i) {
    prefix_ += i == 0 ? "{" : ",";
    prefix_ += LabelName(skipped_ + i);
    prefix_ += "=\"";
    if (i + 1 < values.size()) {
      AppendLabelValue(values[i], prefix_);
      prefix_ += '"';
      prefix_values_ += values[i];
      prefix_ends_.push_back(prefix_values_.size());
    }
  }
  prefix_hash_ = HashOf(prefix_);
  prefix_valid_ = true;
}

void TextWriter::Sample(metrics::LabelValues values, double value) {
  if (!head_written_) {
    WriteHead();
  }
  values = values.subspan(std::min({skipped_, values.size(), info_.labels.size()}));
  if (!SamePrefix(values)) {
    BuildPrefix(values);
  }
  const size_t begin = buffer_.size();
  buffer_ += prefix_;
  uint64_t hash = prefix_hash_;
  if (!values.empty()) {
    const size_t last = buffer_.size();
    AppendLabelValue(values.back(), buffer_);
    hash ^= Mix(HashOf(std::string_view(buffer_).substr(last)));
    buffer_ += "\"}";
  }
  if (!seen_.Insert(Mix(hash))) {
    buffer_.resize(begin);
    ++duplicates_;
    return;
  }
  buffer_ += ' ';
  AppendNumber(value, buffer_);
  buffer_ += '\n';
  ++samples_;
  if (buffer_.size() >= kChunk) {
    Finish();
  }
}

void TextWriter::Finish() {
  if (!buffer_.empty()) {
    sink_(buffer_);
    buffer_.clear();
  }
}

void AppendNumber(double value, std::string& out) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: below it every whole number is a double
  std::array<char, 32> text{};
  char* const end = text.data() + text.size();
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
  } else if (std::abs(value) < kExact && std::trunc(value) == value) {
    out.append(text.data(), std::to_chars(text.data(), end, static_cast<int64_t>(value)).ptr);
  } else {
    out.append(text.data(), std::to_chars(text.data(), end, value).ptr);
  }
}

void AppendLabelValue(std::string_view bytes, std::string& out) {
  if (std::ranges::all_of(bytes, IsPlain)) {
    out += bytes;
    return;
  }
  for (const char c : ToUtf8(bytes)) {
    if (c == '\\' || c == '"') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace klaxon::prometheus_page
