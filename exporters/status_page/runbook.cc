#include "exporters/status_page/runbook.h"

#include <map>

#include <fmt/format.h>

#include "exporters/status_page/html.h"

namespace klaxon::status_page {

using Texts = std::map<std::string_view, std::string_view>;
extern const Texts kEmbeddedRunbooks;  ///< by name, without ".md"; README lists them

std::string_view RunbookIn(std::string_view url) {
  constexpr std::string_view kFolder = "docs/runbooks/";
  constexpr std::string_view kEnd = ".md";
  if (!url.starts_with(kFolder) || !url.ends_with(kEnd)) return {};
  url.remove_prefix(kFolder.size());
  if (url.size() < kEnd.size()) return {};
  url.remove_suffix(kEnd.size());
  const auto found = kEmbeddedRunbooks.find(url);
  return found == kEmbeddedRunbooks.end() ? std::string_view() : found->first;
}

std::optional<std::string> RenderRunbook(std::string_view name, std::string_view root) {
  const auto found = kEmbeddedRunbooks.find(name.empty() ? "README" : name);
  if (found == kEmbeddedRunbooks.end()) return std::nullopt;
  const std::string_view text = found->second;
  const std::string_view title = text.substr(0, text.find('\n'));
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{0}</title>\n"
      "<link rel=\"stylesheet\" href=\"{1}style.css\">\n<link rel=\"icon\" "
      "href=\"data:,\">\n</head>\n"
      "<body>\n<header>\n<p><a href=\"{1}#rules\">What is wrong now</a> \u00B7 "
      "<a href=\"{1}runbooks\">all runbooks</a></p>\n</header>\n<main>\n"
      "<section class=\"runbook\">\n{2}</section>\n</main>\n</body>\n</html>\n",
      Escape(title.substr(title.find_first_not_of("# "))), root, RunbookHtml(text, root));
}

}  // namespace klaxon::status_page
