#include "alerts/receivers/slack_text.h"

#include <algorithm>

#include "agent/base/text.h"

namespace klaxon::receivers {
namespace {

void ReplaceAll(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

/// Whether a template that reads so has written the mention itself: `mention` begins with its "<".
bool WritesMention(std::string_view source, std::string_view mention) {
  const std::string kind(mention.substr(0, 2));
  if (kind != "<!") {
    return source.find(kind) != std::string_view::npos;
  }
  const size_t end = mention.find_first_not_of("abcdefghijklmnopqrstuvwxyz", kind.size());
  const std::string_view named = mention.substr(0, end);
  return (named != kind && source.find(named) != std::string_view::npos) ||
         source.find("<!{{") != std::string_view::npos;
}

/// A mention that a value has made between the brackets of a link is only text.
void DropForeignMentions(std::string_view source, std::string& text) {
  for (size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const std::string_view rest = std::string_view(text).substr(at);
    const bool mention = rest.size() > 1 && (rest[1] == '!' || rest[1] == '@' || rest[1] == '#');
    if (mention && !WritesMention(source, rest)) {
      text.replace(at, 1, "&lt;");
    }
  }
}

/// Where markup may end at `most` bytes at the latest.
size_t SlackEnd(std::string_view text, size_t most) {
  constexpr size_t kEntity = 5;  // the longest
  size_t end = std::min(text.size(), most);
  if (end == text.size()) {
    return end;
  }
  while (end > 1 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) {
    --end;
  }
  const auto not_after = [&](char begins, char ends, size_t longest) {
    const size_t begin = text.substr(0, end).rfind(begins);
    if (begin != std::string_view::npos && begin > 0 && end - begin < longest &&
        text.substr(begin, end - begin).find(ends) == std::string_view::npos) {
      end = begin;
    }
  };
  not_after('&', ';', kEntity);
  not_after('<', '>', most);
  return end;
}

/// Behind the last line end of `text` that is in no link; its end if there is none.
size_t LineEnd(std::string_view text) {
  for (size_t line = text.rfind('\n'); line != std::string_view::npos && line > 0;
       line = text.rfind('\n', line - 1)) {
    const size_t link = text.rfind('<', line);
    if (link == std::string_view::npos ||
        text.substr(link, line - link).find('>') != std::string_view::npos) {
      return line + 1;
    }
  }
  return text.size();
}

}  // namespace

std::string SlackEscaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    escaped += letter == '&'   ? "&amp;"
               : letter == '<' ? "&lt;"
               : letter == '>' ? "&gt;"
                               : std::string(1, letter);
  }
  return escaped;
}

std::string SlackMarkup(const Wording& wording, const notify::Message& message,
                        const std::string& external_url) {
  std::string text = ToUtf8(wording.Of(message, external_url, true));
  ReplaceAll(text, "&#34;", "\"");  // HTML's; Slack knows three entities
  ReplaceAll(text, "&#39;", "'");
  DropForeignMentions(wording.source(), text);
  return text;
}

std::string SlackCut(std::string_view markup, size_t most) {
  constexpr std::string_view kDots = "...";
  return markup.size() <= most
             ? std::string(markup)
             : std::string(markup.substr(0, SlackEnd(markup, most - kDots.size()))) +
                   std::string(kDots);
}

std::vector<std::string> SlackPieces(std::string_view markup, size_t most) {
  std::vector<std::string> pieces;
  while (!markup.empty()) {
    size_t end = SlackEnd(markup, most);
    if (end < markup.size()) {
      end = LineEnd(markup.substr(0, end));
    }
    pieces.emplace_back(markup.substr(0, end));
    markup.remove_prefix(end);
  }
  return pieces.empty() ? std::vector<std::string>{""} : pieces;
}

}  // namespace klaxon::receivers
