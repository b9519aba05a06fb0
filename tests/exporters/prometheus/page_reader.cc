#include "tests/exporters/prometheus/page_reader.h"

#include <algorithm>
#include <array>
#include <set>

#include <zlib.h>

#include "agent/base/text.h"

namespace klaxon::testing {
namespace {

bool IsName(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Takes up to and with `stop` from the front of `rest`; false if it is not there.
bool Take(std::string_view& rest, char stop, std::string& taken) {
  const size_t end = rest.find(stop);
  if (end == std::string_view::npos) {
    return false;
  }
  taken = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return true;
}

/// Takes a quoted value with its escapes; the opening quote is gone already.
bool TakeValue(std::string_view& rest, std::string& value) {
  for (size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == '"') {
      rest.remove_prefix(i + 1);
      return true;
    }
    if (rest[i] != '\\') {
      value += rest[i];
      continue;
    }
    const char escaped = ++i < rest.size() ? rest[i] : '?';
    if (escaped != 'n' && escaped != '\\' && escaped != '"') {
      return false;
    }
    value += escaped == 'n' ? '\n' : escaped;
  }
  return false;
}

bool TakeLabels(std::string_view& rest, std::map<std::string, std::string>& labels) {
  for (;;) {
    std::string name;
    std::string value;
    std::string nothing;
    if (!Take(rest, '=', name) || !IsName(name) || !Take(rest, '"', nothing) || !nothing.empty() ||
        !TakeValue(rest, value) || !labels.emplace(name, value).second || rest.empty()) {
      return false;
    }
    const char next = rest.front();
    rest.remove_prefix(1);
    if (next != ',') {
      return next == '}';
    }
  }
}

bool ReadLine(std::string_view line, ReadSample& sample) {
  const size_t end = line.find_first_of("{ ");
  if (end == std::string_view::npos) {
    return false;
  }
  sample.metric = line.substr(0, end);
  const bool has_labels = line[end] == '{';
  line.remove_prefix(end + 1);
  if (has_labels && (!TakeLabels(line, sample.labels) || !line.starts_with(' '))) {
    return false;
  }
  sample.value = line.substr(has_labels ? 1 : 0);
  return IsName(sample.metric) && !sample.value.empty() &&
         sample.value.find_first_not_of("0123456789+-.eInfNa") == std::string::npos;
}

/// What has been seen so far.
class Reader {
 public:
  void Line(std::string_view line) {
    for (const std::string_view kind : {"# HELP ", "# TYPE "}) {
      if (line.starts_with(kind)) {
        Head(kind, line.substr(kind.size()));
        return;
      }
    }
    ReadSample sample;
    if (!ReadLine(line, sample)) {
      Complain("no sample", line);
      return;
    }
    if (sample.metric != family_ || !page.types.contains(family_) || !page.help.contains(family_)) {
      Complain("outside its family", line);
    }
    if (!series_.insert(sample.Series()).second) {
      Complain("twice", line);
    }
    page.samples.push_back(std::move(sample));
  }

  void Complain(std::string_view what, std::string_view line) {
    page.mistakes.push_back(std::string(what) + ": " + std::string(line));
  }

  ReadPage page{};

 private:
  void Head(std::string_view kind, std::string_view rest) {
    std::string name;
    if (!Take(rest, ' ', name)) {
      Complain("no name", rest);
      return;
    }
    auto& heads = kind == "# HELP " ? page.help : page.types;
    if (!heads.emplace(name, rest).second) {
      Complain("a second head of", name);
    }
    family_ = name;
  }

  std::string family_{};
  std::set<std::string> series_{};
};

}  // namespace

std::string ReadSample::Series() const {
  std::string text = metric;
  char before = '{';
  for (const auto& [label, quoted] : labels) {
    text.append(1, before).append(label).append("=\"").append(quoted).append("\"");
    before = ',';
  }
  return labels.empty() ? text : text + "}";
}

std::string ReadPage::Value(std::string_view series) const {
  const auto found = std::ranges::find(samples, series, &ReadSample::Series);
  return found == samples.end() ? "" : found->value;
}

ReadPage ReadText(std::string_view text) {
  Reader reader;
  if (ToUtf8(text) != text) {
    reader.Complain("no UTF-8", "");
  }
  if (!text.empty() && text.back() != '\n') {
    reader.Complain("no line end", text.substr(text.rfind('\n') + 1));
  }
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    reader.Line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(reader.page);
}

std::string Gunzip(std::string_view file) {
  constexpr int kGzipOnly = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) {
    return "broken: no zlib";
  }
  std::string input(file);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  std::string text;
  std::array<char, 4096> piece{};
  int result = Z_OK;
  while (result == Z_OK) {
    stream.next_out = reinterpret_cast<Bytef*>(piece.data());
    stream.avail_out = static_cast<uInt>(piece.size());
    result = inflate(&stream, Z_NO_FLUSH);
    text.append(piece.data(), piece.size() - stream.avail_out);
  }
  if (result != Z_STREAM_END || stream.avail_in != 0) {
    text = "broken: " + std::string(stream.msg != nullptr ? stream.msg : "length");
  }
  inflateEnd(&stream);
  return text;
}

}  // namespace klaxon::testing
