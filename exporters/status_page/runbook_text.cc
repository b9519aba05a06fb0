#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "exporters/status_page/html.h"
#include "exporters/status_page/runbook.h"

namespace klaxon::status_page {
namespace {

/// Where a link leads: to the page of another runbook, to a place that has no page here, or abroad.
std::string LinkTo(std::string_view words, std::string_view target, std::string_view root) {
  if (target.starts_with("https://") || target.starts_with("http://")) {
    return fmt::format("<a href=\"{}\">{}</a>", Escape(target), Escape(words));
  }
  if (target.ends_with(".md") && target.find('/') == std::string_view::npos) {
    target.remove_suffix(3);
    return fmt::format("<a href=\"{}runbooks/{}\">{}</a>", root, Escape(target), Escape(words));
  }
  return Escape(words);
}

/// The piece at the front of `text`, which begins with a backtick or a bracket, is taken from it;
/// what is not closed stands as it is.
std::string Marked(std::string_view& text, std::string_view root) {
  const bool link = text.starts_with('[');
  const size_t close = text.find(link ? "](" : "`", 1);
  const size_t end = link && close != std::string_view::npos ? text.find(')', close) : close;
  if (end == std::string_view::npos) {
    text.remove_prefix(1);
    return link ? "[" : "`";
  }
  const std::string_view words = text.substr(1, close - 1);
  std::string html = link ? LinkTo(words, text.substr(close + 2, end - close - 2), root)
                          : fmt::format("<code>{}</code>", Escape(words));
  text.remove_prefix(end + 1);
  return html;
}

/// `code` and [links](...) in running text.
std::string Inline(std::string_view text, std::string_view root) {
  std::string html;
  while (!text.empty()) {
    const size_t next = std::min(text.find_first_of("`["), text.size());
    html += Escape(text.substr(0, next));
    text.remove_prefix(next);
    if (!text.empty()) html += Marked(text, root);
  }
  return html;
}

/// Makes elements of lines. A paragraph or an item goes on until another element begins.
class Writer {
 public:
  explicit Writer(std::string_view root) : root_(root) {}

  void Line(std::string_view line) {
    if (line.starts_with("```")) {
      Flush();
      EndList();
      in_code_ = !in_code_;
      html_ += in_code_ ? "<pre><code>" : "</code></pre>\n";
    } else if (in_code_) {
      html_ += Escape(line) + "\n";
    } else if (line.starts_with("#")) {
      Heading(line);
    } else if (line.starts_with("* ")) {
      Flush();
      if (!in_list_) html_ += "<ul>\n";
      in_list_ = true;
      text_ = line.substr(2);
    } else if (line.empty()) {
      Flush();
      EndList();
    } else {
      line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
      text_ += (text_.empty() ? "" : " ") + std::string(line);
    }
  }

  std::string Take() {
    Flush();
    EndList();
    if (in_code_) html_ += "</code></pre>\n";
    return std::move(html_);
  }

 private:
  void Heading(std::string_view line) {
    Flush();
    EndList();
    const size_t level = std::min<size_t>(line.find_first_not_of('#'), 3);
    line.remove_prefix(std::min(line.find_first_not_of("# "), line.size()));
    html_ += fmt::format("<h{0}>{1}</h{0}>\n", level, Inline(line, root_));
  }

  void Flush() {
    if (text_.empty()) return;
    html_ += fmt::format("<{0}>{1}</{0}>\n", in_list_ ? "li" : "p", Inline(text_, root_));
    text_.clear();
  }

  void EndList() {
    if (in_list_) html_ += "</ul>\n";
    in_list_ = false;
  }

  std::string_view root_;
  std::string html_{};
  std::string text_{};
  bool in_list_ = false;
  bool in_code_ = false;
};

}  // namespace

std::string RunbookHtml(std::string_view markdown, std::string_view root) {
  Writer writer(root);
  while (!markdown.empty()) {
    const size_t end = std::min(markdown.find('\n'), markdown.size());
    writer.Line(markdown.substr(0, end));
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return writer.Take();
}

}  // namespace klaxon::status_page
