#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace klaxon::status_page {

/// The name of the runbook that a rule's `runbook_url` means, if it is one of those that the
/// program carries: "watchdog" for "docs/runbooks/watchdog.md". Empty otherwise.
std::string_view RunbookIn(std::string_view url);

/// A runbook of docs/runbooks as a page; the empty name is the list of all. `root` is the way from
/// the page's address to Klaxon's, "./" or "../": Klaxon may be served below a path of another
/// server. Nothing: there is none of that name.
std::optional<std::string> RenderRunbook(std::string_view name, std::string_view root);

/// What a runbook is written in, as HTML: of Markdown headings, paragraphs, lists of one level,
/// fenced code, `code` and [links](...). A link to "x.md" leads to runbooks/x below `root`.
std::string RunbookHtml(std::string_view markdown, std::string_view root);

}  // namespace klaxon::status_page
