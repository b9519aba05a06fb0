#include "exporters/status_page/page.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "exporters/status_page/html.h"
#include "tests/exporters/status_page/estate.h"

namespace klaxon::status_page {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)
using Catch::Matchers::ContainsSubstring;

PageOptions Options(size_t sources) {
  return {.version = "1.2.3", .refresh = true, .sources = sources};
}

TEST_CASE("the title says whether anything is wrong", "[status_page]") {
  EntityTable names;
  const View well = ViewOf({SectionOf("kafka", HealthyKafka(names))});
  CHECK_THAT(RenderPage(well, At(105), Options(1)), ContainsSubstring("<title>all well"));
  CHECK_THAT(RenderPage(well, At(131), Options(1)), ContainsSubstring("<title>1 problem"));
  CHECK_THAT(RenderPage(View{}, At(105), Options(2)), ContainsSubstring("waiting for 2 sources"));
}

TEST_CASE("a group shows its lag, its worst partition and how old they are", "[status_page]") {
  EntityTable names;
  const View view = ViewOf({SectionOf("kafka", HealthyKafka(names))});
  const std::string page = RenderPage(view, At(107), Options(1));
  CHECK_THAT(page, ContainsSubstring("<td data-label=\"Lag\" class=\"number\">610</td>"));
  CHECK_THAT(page,
             ContainsSubstring("<td data-label=\"Worst partition\" class=\"number\">600</td>"));
  CHECK_THAT(page, ContainsSubstring(">7 s ago</span>"));
}

TEST_CASE("what is stale is unknown, never its old value", "[status_page]") {
  EntityTable names;
  const View view = ViewOf(
      {SectionOf("kafka", HealthyKafka(names)), SectionOf("connect", HealthyConnect(names))});
  const std::string page = RenderPage(view, At(200), Options(2));
  CHECK_THAT(page, !ContainsSubstring(">610<"));
  CHECK_THAT(page, !ContainsSubstring("RUNNING"));
  CHECK_THAT(page, !ContainsSubstring("Stable"));
  CHECK_THAT(page, ContainsSubstring("their number is unknown"));
  CHECK_THAT(page, ContainsSubstring("not read for too long"));
}

TEST_CASE("the links of the page lead on wherever Klaxon is served", "[status_page]") {
  EntityTable names;
  const View view = ViewOf(
      {SectionOf("kafka", HealthyKafka(names)), SectionOf("connect", HealthyConnect(names))});
  const std::string page = RenderPage(view, At(107), Options(2));
  CHECK_THAT(page, ContainsSubstring("href=\"style.css\""));
  CHECK_THAT(page, !ContainsSubstring("=\"/"));
}

TEST_CASE("a commit beyond the end is told as such, beside the lag that is known",
          "[status_page]") {
  EntityTable names;
  KafkaFacts kafka = HealthyKafka(names);
  kafka.groups[0].topics[0].commits[1].offset = 5000;
  const View view = ViewOf({SectionOf("kafka", kafka)});
  CHECK_THAT(RenderPage(view, At(101), Options(1)),
             ContainsSubstring("600<div class=\"why\">1 partition committed beyond the end"));
}

TEST_CASE("members that cannot be read are unknown with the reason, not 0", "[status_page]") {
  EntityTable names;
  KafkaFacts kafka = HealthyKafka(names);
  kafka.groups[0].members.clear();
  kafka.groups[0].members_unknown = Error(Reason::kUnsupported, "group kind not read yet");
  const View view = ViewOf({SectionOf("kafka", kafka)});
  CHECK_THAT(RenderPage(view, At(101), Options(1)), ContainsSubstring("group kind not read yet"));
}

TEST_CASE("names from outside cannot become markup", "[status_page]") {
  EntityTable names;
  KafkaFacts kafka = HealthyKafka(names);
  kafka.groups[0].entity = names.Intern("<script>alert('x')</script>");
  ConnectFacts connect = HealthyConnect(names);
  connect.connectors[0].tasks[0].root_cause = "\"><img src=x onerror=alert(1)>";
  const View view = ViewOf({SectionOf("kafka", kafka), SectionOf("connect", connect)});
  const std::string page = RenderPage(view, At(101), Options(2));
  CHECK_THAT(page, !ContainsSubstring("<script"));
  CHECK_THAT(page, !ContainsSubstring("<img"));
  CHECK_THAT(page, ContainsSubstring("&lt;script&gt;alert(&#39;x&#39;)"));
}

TEST_CASE("numbers are grouped so that they can be read", "[status_page]") {
  CHECK(Grouped(0) == "0");
  CHECK(Grouped(999) == "999");
  CHECK(Grouped(1000) == "1\u202F000");
  CHECK(Grouped(-1234567) == "-1\u202F234\u202F567");
}

TEST_CASE("the style sheet is carried along", "[status_page]") {
  CHECK_THAT(std::string(kStyleSheet), ContainsSubstring("prefers-color-scheme: dark"));
}

}  // namespace
}  // namespace klaxon::status_page
