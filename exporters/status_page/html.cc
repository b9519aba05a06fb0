#include "exporters/status_page/html.h"

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "agent/base/text.h"

namespace klaxon::status_page {

std::string Escape(std::string_view text) {
  std::string escaped;
  const std::string valid = ShowHidden(ToUtf8(text));
  escaped.reserve(valid.size());
  for (const char letter : valid) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += static_cast<unsigned char>(letter) < 0x20 && letter != '\n' ? ' ' : letter;
    }
  }
  return escaped;
}

std::string Grouped(int64_t number) {
  constexpr std::string_view kNarrowSpace = "\u202F";
  const std::string digits = fmt::format("{}", number);
  const size_t first = number < 0 ? 1 : 0;
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > first && (digits.size() - i) % 3 == 0) {
      grouped += kNarrowSpace;
    }
    grouped += digits[i];
  }
  return grouped;
}

std::string Counted(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", Grouped(static_cast<int64_t>(count)), noun, count == 1 ? "" : "s");
}

std::string AgeOf(const AnswerRef& answer, const Instant& now) {
  if (answer == nullptr) {
    return R"(<span class="age stale">never</span>)";
  }
  return fmt::format(R"(<span class="age{}" title="{} at {}{}">{} ago</span>)",
                     IsFresh(answer, now) ? "" : " stale", Escape(answer->source),
                     FormatWallTime(answer->taken_at.wall),
                     answer->error ? Escape("; since then: " + answer->error->message()) : "",
                     FormatAge(now.mono - answer->taken_at.mono));
}

std::string UnknownValue(const AnswerRef& answer) {
  if (answer == nullptr) {
    return UnknownValue("never read so far");
  }
  return UnknownValue(answer->error ? answer->error->message() : "not read for too long");
}

std::string UnknownValue(std::string_view why) {
  return fmt::format(R"(<span class="unknown" title="{}">unknown</span>)", Escape(why));
}

std::string Badge(std::string_view kind, std::string_view text) {
  return fmt::format(R"(<span class="badge {}">{}</span>)", kind, Escape(text));
}

std::string Cell(std::string_view label, std::string_view html, std::string_view css_class) {
  return fmt::format(R"(<td data-label="{}"{}>{}</td>)", Escape(label),
                     css_class.empty() ? "" : fmt::format(R"( class="{}")", css_class), html);
}

}  // namespace klaxon::status_page
