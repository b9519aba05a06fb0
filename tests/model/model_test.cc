#include <catch2/catch_test_macros.hpp>

#include "agent/model/answer.h"
#include "agent/model/entity.h"
#include "agent/model/view.h"
#include "tests/support/instants.h"

namespace klaxon {
namespace {

using testing::AnswerAt;
using testing::At;

using std::chrono::seconds;

TEST_CASE("an answer is fresh for exactly as long as it is good for", "[model]") {
  const AnswerRef answer = AnswerAt(100);
  CHECK(FreshnessOf(answer, At(100)) == Freshness::kFresh);
  CHECK(FreshnessOf(answer, At(130)) == Freshness::kFresh);
  CHECK(FreshnessOf(answer, At(131)) == Freshness::kStale);
  CHECK(FreshnessOf(nullptr, At(100)) == Freshness::kNever);
  CHECK(ExpiryOf(*answer) > At(130).mono);
}

TEST_CASE("a jump of the wall clock changes no freshness", "[model]") {
  Instant jumped = At(101);
  jumped.wall += std::chrono::hours{24 * 365};
  CHECK(IsFresh(AnswerAt(100), jumped));
}

TEST_CASE("a failed attempt keeps the age and adds the reason", "[model]") {
  const AnswerRef marked = WithError(AnswerAt(100), Error(Reason::kTimeout, "no answer"));
  CHECK(marked->taken_at == At(100));
  REQUIRE(marked->error);
  CHECK(marked->error->reason() == Reason::kTimeout);
  CHECK(WithError(nullptr, Error(Reason::kTimeout, "no answer")) == nullptr);
}

TEST_CASE("one name is one entity while somebody holds it", "[model]") {
  EntityTable table;
  const EntityRef orders = table.Intern("orders");
  CHECK(table.Intern("orders") == orders);
  CHECK(table.Intern("payments")->id != orders->id);
  table.Sweep();
  CHECK(table.size() == 1);
  CHECK(table.Intern("orders") == orders);
}

TEST_CASE("the next expiry is that of the fresh answer that ends first", "[model]") {
  auto facts = std::make_shared<ConnectFacts>();
  facts->answers = {AnswerAt(50), AnswerAt(90), AnswerAt(80), nullptr};
  const auto section = std::make_shared<const Section>(Section{.facts = facts});
  const View view{.now = At(100), .parts = {{.section = section, .derived = nullptr}}};
  CHECK(NextExpiry(view) == ExpiryOf(*facts->answers[2]));
  CHECK(NextExpiry(View{}) == MonoTime::max());
}

}  // namespace
}  // namespace klaxon
