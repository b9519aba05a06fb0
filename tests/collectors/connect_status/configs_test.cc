#include "collectors/connect_status/configs.h"

#include <catch2/catch_test_macros.hpp>

namespace klaxon::connect_status_collector {
namespace {

constexpr WallTime kNoon = WallTime(std::chrono::hours{12});

/// A configuration as Connect's JsonConverter writes it; `members` are JSON.
std::string Properties(const std::string& members) {
  return R"({"properties":{"connector.class":"a.B",)" + members + "}}";
}

/// The newest change as "kind connector: detail".
std::string Newest(Configs& configs) {
  const ConnectChange& change = configs.Published()->changes.back();
  return std::string(Name(change.kind)) + " " + change.connector + ": " + change.detail;
}

TEST_CASE("every record of a config topic tells what somebody changed", "[connect_status]") {
  struct Step {
    const char* key;
    std::optional<std::string> value;
    const char* change;  ///< null: none
  };

  const std::vector<Step> steps = {
      {"target-state-c", R"({"state":"PAUSED","state.v2":"STOPPED"})", nullptr},
      {"connector-c", Properties(R"("tasks.max":"2","file":"/a")"),
       "created c: connector.class: a.B\ntasks.max: 2\ntarget state: STOPPED"},
      {"connector-c", Properties(R"("tasks.max":"2","file":"/a")"), nullptr},
      {"connector-c", Properties(R"("tasks.max":"4","topic":"t")"),
       "configured c: tasks.max: 2 \u2192 4\ntopic: t (new)\nfile: removed, was /a"},
      {"connector-c", Properties(R"("tasks.max":"4","topic":"t","database.password":"one")"),
       "configured c: database.password: *** (new)"},
      {"connector-c", Properties(R"("tasks.max":"4","topic":"t","database.password":"two")"),
       "configured c: database.password: changed, in what is not shown"},
      {"connector-c",
       Properties(R"("tasks.max":"4","topic":"t","connection.url":"jdbc:x://h?password=p")"),
       "configured c: connection.url: jdbc:x://h?password=*** (new)\n"
       "database.password: removed, was ***"},
      {"connector-c", Properties(R"("tasks.max":4,"topic":null,"connection.url":"x")"),
       "configured c: connection.url: jdbc:x://h?password=*** \u2192 x\ntopic: t \u2192 null"},
      {"target-state-c", R"({"state":"STARTED","state.v2":"STARTED"})",
       "target_state c: STOPPED \u2192 STARTED"},
      {"target-state-c", R"({"state":"STARTED"})", nullptr},
      {"target-state-c", R"({"state":"PAUSED"})", "target_state c: STARTED \u2192 PAUSED"},
      {"commit-c", R"({"tasks":2})", "tasks c: 2 tasks"},
      {"commit-c", R"({"tasks":2})", "tasks c: 2 tasks"},
      {"commit-c", R"({"tasks":0})", "tasks c: 2 \u2192 0 tasks"},
      {"restart-connector-c", R"({"include-tasks":true,"only-failed":true})",
       "restart c: with its tasks, what has failed only"},
      {"restart-connector-c", R"({"include-tasks":false,"only-failed":false})",
       "restart c: the connector without tasks"},
      {"connector-c", std::nullopt, "deleted c: "},
      {"connector-c", std::nullopt, nullptr},
      {"target-state-c", std::nullopt, nullptr},
  };
  Configs configs;
  configs.Settle(nullptr);
  size_t changes = 0;
  for (const Step& step : steps) {
    INFO(step.key << " " << step.value.value_or("nothing"));
    configs.Apply(step.key, step.value, kNoon);
    changes += step.change == nullptr ? 0 : 1;
    REQUIRE(configs.Published()->changes.size() == changes);
    if (step.change != nullptr) {
      CHECK(Newest(configs) == step.change);
      CHECK(configs.Published()->changes.back().sequence == changes);
      CHECK(configs.Published()->changes.back().written == kNoon);
    }
  }
  CHECK(configs.Published()->connectors.empty());
}

TEST_CASE("what a config topic still holds is no news", "[connect_status]") {
  Configs configs;
  configs.Apply("connector-c", Properties(R"("tasks.max":"2")"), kNoon);
  configs.Apply("connector-c", Properties(R"("tasks.max":"3")"), kNoon);
  configs.Apply("target-state-c", R"({"state":"PAUSED"})", kNoon);
  configs.Settle(nullptr);
  const auto published = configs.Published();
  CHECK(configs.Published() == published);  // the same while nothing changes
  REQUIRE(published->changes.size() == 2);
  CHECK_FALSE(published->changes[0].seen);
  CHECK(published->connectors.at("c").target == "PAUSED");
  CHECK(published->connectors.at("c").configured == kNoon);
}

TEST_CASE("what changed while a config topic could not be read is told once", "[connect_status]") {
  Configs before;
  before.Settle(nullptr);
  before.Apply("connector-a", Properties(R"("tasks.max":"2")"), kNoon);
  before.Apply("connector-gone", Properties(R"("tasks.max":"2")"), kNoon);
  before.Apply("connector-same", Properties(R"("tasks.max":"2")"), kNoon);
  Configs now;
  now.Apply("connector-a", Properties(R"("tasks.max":"2")"), kNoon);
  now.Apply("connector-same", Properties(R"("tasks.max":"2")"), kNoon);
  now.Apply("connector-new", Properties(R"("tasks.max":"1")"), kNoon);
  now.Apply("connector-a", Properties(R"("tasks.max":"5")"), kNoon);
  now.Apply("target-state-a", R"({"state":"PAUSED"})", kNoon);
  now.Settle(&before);
  std::vector<std::string> told;
  for (const ConnectChange& change : now.Published()->changes) {
    told.push_back(std::string(Name(change.kind)) + " " + change.connector);
    CHECK(change.seen);
    CHECK(change.sequence == told.size());
  }
  CHECK(told == std::vector<std::string>{"created a", "created gone", "created same",
                                         "configured a", "target_state a", "deleted gone",
                                         "created new"});
}

TEST_CASE("what is no record of a config topic is left out", "[connect_status]") {
  struct Case {
    std::string key;
    std::string value;
  };

  const std::string good = Properties(R"("a":"b")");
  for (const Case& each :
       {Case{"connector-", good}, Case{"connector", good}, Case{"", good},
        Case{"session-key", good}, Case{"tasks-fencing-c", R"({"tasks":3})"},
        Case{"logger-cluster-x", R"({"level":"DEBUG"})"}, Case{"task-c-0", good},
        Case{"connector-c", "{"}, Case{"connector-c", "[]"}, Case{"connector-c", "{}"},
        Case{"connector-c", R"({"properties":7})"},
        Case{"connector-c", std::string(size_t{2} << 20U, ' ') + good},
        Case{std::string("connector-") + std::string(20'000, 'x'), good},
        Case{"target-state-c", R"({"state":7})"}, Case{"target-state-c", "7"},
        Case{"commit-c", R"({"tasks":-1})"}, Case{"commit-c", R"({"tasks":1e9})"},
        Case{"commit-c", R"({"tasks":99999999999})"}, Case{"restart-connector-c", "null"}}) {
    INFO(each.key.substr(0, 40) << " " << each.value.substr(0, 40));
    Configs configs;
    configs.Settle(nullptr);
    CHECK_FALSE(configs.Apply(each.key, each.value, kNoon));
    CHECK(configs.Published()->changes.empty());
    CHECK(configs.Published()->connectors.empty());
  }
}

TEST_CASE("only so many changes are kept, and only so many lines of one", "[connect_status]") {
  Configs configs;
  configs.Settle(nullptr);
  std::string members = R"("x":"y")";
  for (int i = 0; i < 30; ++i) {
    members += ",\"key" + std::to_string(i) + "\":\"v\"";
  }
  configs.Apply("connector-c", Properties(R"("x":"y")"), kNoon);
  configs.Apply("connector-c", Properties(members), kNoon);
  CHECK(Newest(configs).ends_with("(new)\nand 10 more"));
  for (size_t i = 0; i < 2 * Configs::kMostChanges; ++i) {
    configs.Apply("commit-c", R"({"tasks":1})", kNoon);
  }
  CHECK(configs.Published()->changes.size() == Configs::kMostChanges);
  CHECK(configs.Published()->changes.back().sequence == 2 * Configs::kMostChanges + 2);
}

}  // namespace
}  // namespace klaxon::connect_status_collector
