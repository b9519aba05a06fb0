#include "agent/analysis/schema_diff.h"

#include <map>
#include <vector>

#include <fmt/format.h>

#include "agent/base/text.h"

namespace klaxon::analysis {
namespace {

constexpr size_t kMostLines = 12;
constexpr size_t kLongestLine = 120;

/// Lays a schema out: an innermost object or list stays in one line, others begin a new one. Works
/// on any text, because brackets within strings are left alone.
class Layout {
 public:
  std::vector<std::string> Lines(std::string_view text) {
    for (const char letter : text) {
      Take(letter);
    }
    End();
    return std::move(lines_);
  }

 private:
  void Take(char letter) {
    if (quoted_) {
      line_ += letter;
      quoted_ = escaped_ || letter != '"';
      escaped_ = !escaped_ && letter == '\\';
      return;
    }
    switch (letter) {
      case '{':
      case '[':
        End();
        line_ += letter;
        return;
      case '}':
      case ']':
        line_ += letter;
        End();
        return;
      case '\n':
      case ';':
        End();
        return;
      case ',':
        if (!line_.starts_with('{')) {  // the members of an object stay together
          End();
          return;
        }
        break;
      case '"':
        quoted_ = true;
        break;
      default:
        break;
    }
    line_ += letter;
  }

  void End() {
    const std::string_view line = Trim(line_);
    if (line.find_first_not_of("{}[],; ") != std::string_view::npos) {
      lines_.emplace_back(line);
    }
    line_.clear();
  }

  std::vector<std::string> lines_{};
  std::string line_{};
  bool quoted_ = false;
  bool escaped_ = false;
};

void Add(char sign, const std::vector<std::string>& lines, std::map<std::string, int>& surplus,
         std::vector<std::string>& out) {
  for (const std::string& line : lines) {
    if (int& count = surplus[line]; count > 0) {
      --count;
      out.push_back(fmt::format("{} {}", sign, Printable(line, kLongestLine)));
    }
  }
}

}  // namespace

std::string SchemaDiff(std::string_view before, std::string_view after) {
  const std::vector<std::string> old_lines = Layout().Lines(before);
  const std::vector<std::string> new_lines = Layout().Lines(after);
  std::map<std::string, int> gone;
  std::map<std::string, int> came;
  for (const std::string& line : old_lines) {
    ++gone[line];
    --came[line];
  }
  for (const std::string& line : new_lines) {
    --gone[line];
    ++came[line];
  }
  std::vector<std::string> lines;
  Add('-', old_lines, gone, lines);
  Add('+', new_lines, came, lines);
  std::string text;
  for (size_t i = 0; i < lines.size() && i < kMostLines; ++i) {
    text += (i == 0 ? "" : "\n") + lines[i];
  }
  if (lines.size() > kMostLines) {
    text += fmt::format("\nand {} more lines", lines.size() - kMostLines);
  }
  return text;
}

}  // namespace klaxon::analysis
