#include "exporters/status_page/runbook.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace klaxon::status_page {
namespace {

using Catch::Matchers::ContainsSubstring;

TEST_CASE("every runbook of the folder is a page without markup left over", "[status_page]") {
  size_t pages = 0;
  for (const auto& entry : std::filesystem::directory_iterator("docs/runbooks")) {
    const std::string name = entry.path().stem().string();
    INFO(name);
    const std::optional<std::string> page = RenderRunbook(name, "../");
    REQUIRE(page);
    CHECK_THAT(*page, ContainsSubstring("<h1>"));
    for (const char* const markup : {"`", "](", "\n* ", "\n#"}) {
      INFO(markup);
      CHECK_THAT(*page, !ContainsSubstring(markup));
    }
    if (name == "README") continue;
    ++pages;
    CHECK(RunbookIn("docs/runbooks/" + name + ".md") == name);
    CHECK_THAT(*page, ContainsSubstring("<h2>What to do</h2>\n"));
    CHECK_THAT(*RenderRunbook("", "./"), ContainsSubstring("<a href=\"./runbooks/" + name + "\">"));
  }
  CHECK(pages > 50);
}

TEST_CASE("a runbook's links lead on wherever Klaxon is served", "[status_page]") {
  for (const std::string root : {"./", "../"}) {
    const std::string page = RenderRunbook(root == "./" ? "" : "watchdog", root).value();
    CHECK_THAT(page, !ContainsSubstring("=\"/"));
    for (const char* const target : {"style.css", "#rules", "runbooks"}) {
      INFO(target);
      CHECK_THAT(page, ContainsSubstring("href=\"" + root + target + "\""));
    }
  }
}

TEST_CASE("what is none of our runbooks has no page", "[status_page]") {
  for (const std::string name : {"nope", "../rules", "watchdog.md", "README.md", "<b>"}) {
    INFO(name);
    CHECK_FALSE(RenderRunbook(name, "../"));
  }
  for (const std::string url :
       {"", "docs/runbooks/", "docs/runbooks/nope.md", "docs/runbooks/.md", "watchdog.md",
        "https://wiki/docs/runbooks/watchdog.md", "docs/runbooks/../runbooks/watchdog.md"}) {
    INFO(url);
    CHECK(RunbookIn(url).empty());
  }
}

TEST_CASE("of Markdown a runbook has what it needs, and nothing passes as markup",
          "[status_page]") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"# A <b>\n\n## B\n", "<h1>A &lt;b&gt;</h1>\n<h2>B</h2>\n"},
      {"one\ntwo\n\nthree", "<p>one two</p>\n<p>three</p>\n"},
      {"* a\n  `b\n  c`\n* d\n\ne",
       "<ul>\n<li>a <code>b c</code></li>\n<li>d</li>\n</ul>\n<p>e</p>\n"},
      {"```promql\na < 1\n\n* b\n```\nc", "<pre><code>a &lt; 1\n\n* b\n</code></pre>\n<p>c</p>\n"},
      {"```\nopen", "<pre><code>open\n</code></pre>\n"},
      {"[W](watchdog.md) [x](https://a/?b=\"c\") [y](javascript:z) [z](../rules.md)",
       "<p><a href=\"../runbooks/watchdog\">W</a> <a href=\"https://a/?b=&quot;c&quot;\">x</a> y "
       "z</p>\n"},
      {"a ` b [c](d [0]", "<p>a ` b [c](d [0]</p>\n"},
      {"* a\n## B", "<ul>\n<li>a</li>\n</ul>\n<h2>B</h2>\n"},
      {"", ""},
  };
  for (const auto& [markdown, html] : cases) {
    INFO(markdown);
    CHECK(RunbookHtml(markdown, "../") == html);
  }
}

}  // namespace
}  // namespace klaxon::status_page
