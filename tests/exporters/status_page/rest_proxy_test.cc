#include <catch2/catch_test_macros.hpp>

#include "exporters/status_page/page.h"
#include "exporters/status_page/rest_proxy_section.h"
#include "tests/exporters/status_page/estate.h"

namespace klaxon::status_page {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)
using Names = std::vector<std::string>;

RestProxyNodeFacts Node(EntityTable& names, const std::string& url) {
  RestProxyNodeFacts node{.entity = names.Intern(url)};
  node.state = RestProxyState::kServing;
  node.polled = node.listed = AnswerAt(100);
  node.kind = RestProxyKind::kKarapace;
  node.version = "6.2.0";
  node.api = "v2";
  node.latency = 0.012;
  node.topics = std::make_shared<const Names>(Names{"orders"});
  return node;
}

RestProxyFacts Two(EntityTable& names) {
  RestProxyFacts facts;
  facts.nodes = {Node(names, "http://a:8082"), Node(names, "http://b:8082")};
  facts.answers = {facts.nodes[0].polled};
  return facts;
}

std::vector<Trouble> TroublesOf(const RestProxyFacts& facts, const RestProxyDerived& derived,
                                int second = 110) {
  const Section section{.cluster = "main", .collector = "rest_proxy", .instance = "rest"};
  return RestProxyTroubles({.section = section, .facts = facts, .derived = derived}, At(second));
}

RestProxyDerived Nothing() {
  RestProxyDerived derived;
  derived.nodes.resize(2);
  return derived;
}

TEST_CASE("proxies that serve are no trouble, and stand on the page", "[status_page]") {
  EntityTable names;
  const RestProxyFacts facts = Two(names);
  CHECK(TroublesOf(facts, Nothing()).empty());
  const View view = ViewOf({SectionOf("rest_proxy", facts)});
  const std::string page =
      RenderPage(view, At(110), {.version = "1", .refresh = false, .sources = 1});
  CHECK(page.find("<code>http://a:8082</code>") != std::string::npos);
  CHECK(page.find("Karapace 6.2.0") != std::string::npos);
  CHECK(page.find("0.012 s") != std::string::npos);
}

TEST_CASE("what is wrong with a node is told, the worse the fewer serve", "[status_page]") {
  struct Case {
    RestProxyState state;
    std::string what;
  };

  EntityTable names;
  for (const Case& each :
       {Case{RestProxyState::kHanging, "hangs"}, Case{RestProxyState::kUnreachable, "is down"},
        Case{RestProxyState::kFailing, "answers with errors"}}) {
    RestProxyFacts facts = Two(names);
    facts.nodes[1].state = each.state;
    facts.nodes[1].why = "because";
    std::vector<Trouble> troubles = TroublesOf(facts, Nothing());
    REQUIRE(troubles.size() == 1);
    CHECK(troubles[0].severity == Severity::kAtRisk);
    CHECK(troubles[0].where == "main / rest");
    CHECK(troubles[0].what == "the REST proxy http://b:8082 " + each.what);
    CHECK(troubles[0].why == "because");
    facts.nodes[0].state = each.state;
    troubles = TroublesOf(facts, Nothing());
    REQUIRE(troubles.size() == 2);
    CHECK(troubles[0].severity == Severity::kBroken);
    CHECK(TroublesOf(facts, Nothing(), 300).empty());  // too long ago: unknown, and told as such
  }
}

TEST_CASE("a proxy of another cluster, or a slow one, is a trouble", "[status_page]") {
  EntityTable names;
  RestProxyFacts facts = Two(names);
  RestProxyDerived derived = Nothing();
  facts.nodes[0].cluster_id = "x-9";
  derived.nodes[0].same_cluster = false;
  facts.nodes[1].latency = 2.5;
  std::vector<Trouble> troubles = TroublesOf(facts, derived);
  REQUIRE(troubles.size() == 2);
  CHECK(troubles[0].what == "the REST proxy http://a:8082 works with another Kafka cluster");
  CHECK(troubles[0].why.find("x-9") != std::string::npos);
  CHECK(troubles[1].what == "the REST proxy http://b:8082 is slow");
  derived = Nothing();
  derived.nodes[0].missing = Names{"payments"};
  derived.nodes[0].compared = 2;
  facts.nodes[1].latency = 0;
  CHECK(TroublesOf(facts, derived).empty());  // its user may not describe that one
  derived.nodes[0].compared = 1;
  CHECK(TroublesOf(facts, derived).size() == 1);
}

}  // namespace
}  // namespace klaxon::status_page
