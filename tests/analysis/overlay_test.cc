#include "agent/analysis/connect/overlay.h"

#include <catch2/catch_test_macros.hpp>

#include "agent/analysis/advance.h"

namespace klaxon::analysis {
namespace {

using std::chrono::seconds;

AnswerRef ToldAt(seconds when) {
  return std::make_shared<const Answer>(Answer{.source = "test",
                                               .taken_at = {.wall = {}, .mono = MonoTime{} + when},
                                               .good_for = seconds{15},
                                               .error = {}});
}

Instant Moment(seconds when) {
  return {.wall = {}, .mono = MonoTime{} + when};
}

ConnectorFacts RunningConnector(const std::string& name, EntityTable& names) {
  return {.entity = names.Intern(name),
          .type = "source",
          .state = "RUNNING",
          .worker = "a:1",
          .tasks = {{.id = 0, .state = "RUNNING", .worker = "a:1"}}};
}

std::shared_ptr<ConnectFacts> RestFacts(seconds listed) {
  static EntityTable names;
  auto facts = std::make_shared<ConnectFacts>();
  facts->connectors = {RunningConnector("one", names), RunningConnector("two", names)};
  facts->listed = ToldAt(listed);
  facts->answers = {facts->listed};
  return facts;
}

std::shared_ptr<ConnectStatusFacts> StatusFacts(seconds tailed) {
  ConnectStatusTable table;
  table["one"].own = ConnectTold{.state = "RUNNING", .worker = "b:2"};
  table["one"].tasks[0] = ConnectTold{.state = "FAILED", .worker = "b:2", .root_cause = "boom"};
  table["one"].tasks[2] = ConnectTold{.state = "RUNNING", .worker = "b:2"};
  table["gone"].own = ConnectTold{.state = "FAILED", .worker = "b:2"};
  auto facts = std::make_shared<ConnectStatusFacts>();
  facts->table = std::make_shared<const ConnectStatusTable>(std::move(table));
  facts->tailed = ToldAt(tailed);
  facts->answers = {facts->tailed};
  return facts;
}

SectionRef SectionOf(const std::string& collector, FactsRef facts) {
  return std::make_shared<const Section>(Section{.cluster = "main",
                                                 .collector = collector,
                                                 .instance = "etl",
                                                 .status = {},
                                                 .facts = std::move(facts)});
}

TEST_CASE("states are those of the status topic, connectors those of REST", "[overlay]") {
  const auto rest = RestFacts(seconds{10});
  const auto facts = Overlay(rest, {.status = StatusFacts(seconds{10}).get()}, Moment(seconds{11}));
  REQUIRE(facts->connectors.size() == 2);
  const ConnectorFacts& one = facts->connectors[0];
  CHECK(one.worker == "b:2");
  REQUIRE(one.tasks.size() == 2);
  CHECK(one.tasks[0].state == "FAILED");
  CHECK(one.tasks[0].root_cause == "boom");
  CHECK(one.tasks[1].id == 2);
  CHECK(facts->connectors[1].tasks[0].state == "RUNNING");
  CHECK(facts->listed == rest->listed);
}

TEST_CASE("while no worker answers, the topic keeps states fresh", "[overlay]") {
  const auto status = StatusFacts(seconds{100});
  const auto facts =
      Overlay(RestFacts(seconds{10}), {.status = status.get()}, Moment(seconds{101}));
  CHECK(facts->listed == status->tailed);
}

TEST_CASE("a view holds what the topic tells, and the same object while nothing changes",
          "[overlay]") {
  const SectionRef rest = SectionOf("connect", RestFacts(seconds{10}));
  const auto first = StatusFacts(seconds{10});
  const View view = Advance({}, {rest, SectionOf("connect_status", first)}, Moment(seconds{11}));
  const ConnectPart part = ConnectParts(view).at(0);
  CHECK(part.facts.connectors[0].tasks[0].state == "FAILED");
  // Read again without news.
  auto again = std::make_shared<ConnectStatusFacts>(*first);
  again->tailed = ToldAt(seconds{12});
  again->answers = {again->tailed};
  const View next = Advance(view, {rest, SectionOf("connect_status", again)}, Moment(seconds{12}));
  CHECK(next.parts[0].section == view.parts[0].section);
  CHECK(next.parts[0].derived == view.parts[0].derived);
  // A topic that is no longer read tells nothing.
  const View late = Advance(next, {rest, SectionOf("connect_status", again)}, Moment(seconds{60}));
  CHECK(late.parts[0].section == rest);
}

std::shared_ptr<ConnectConfigFacts> ConfigFacts(seconds tailed,
                                                std::vector<ConnectChange> changes) {
  auto configs = std::make_shared<ConnectConfigs>();
  configs->connectors["one"].target = "PAUSED";
  configs->changes = std::move(changes);
  auto facts = std::make_shared<ConnectConfigFacts>();
  facts->configs = std::move(configs);
  facts->tailed = ToldAt(tailed);
  facts->answers = {facts->tailed};
  return facts;
}

TEST_CASE("what is meant is what the config topic says, as long as it is read", "[overlay]") {
  const auto config = ConfigFacts(seconds{10}, {});
  const auto facts = Overlay(RestFacts(seconds{10}), {.config = config.get()}, Moment(seconds{11}));
  CHECK(facts->connectors[0].intent == ConnectIntent::kPaused);
  CHECK(facts->connectors[1].intent == ConnectIntent::kUnknown);
  CHECK(facts->connectors[0].state == "RUNNING");
  const auto late = Overlay(RestFacts(seconds{58}), {.config = config.get()}, Moment(seconds{60}));
  CHECK(late->connectors[0].intent == ConnectIntent::kUnknown);
  CHECK(late->configs == config->configs);
  CHECK_FALSE(IsFresh(late->configured, Moment(seconds{60})));
}

TEST_CASE("changes of a config topic become events once", "[overlay]") {
  const auto change = [](uint64_t sequence, ConnectChangeKind kind, bool seen) {
    return ConnectChange{.sequence = sequence,
                         .kind = kind,
                         .connector = "one",
                         .detail = "x: 1 \u2192 2",
                         .seen = seen};
  };
  const SectionRef rest = SectionOf("connect", RestFacts(seconds{10}));
  const ConnectChange old = change(1, ConnectChangeKind::kConfigured, false);
  const ConnectChange newer = change(2, ConnectChangeKind::kConfigured, true);
  const auto first = ConfigFacts(seconds{10}, {old});
  const auto second = ConfigFacts(seconds{11}, {old, newer});
  const View view = Advance({}, {rest, SectionOf("connect_config", first)}, Moment(seconds{11}));
  CHECK(view.events->empty());
  const View next = Advance(view, {rest, SectionOf("connect_config", second)}, Moment(seconds{12}));
  REQUIRE(next.events->size() == 1);
  CHECK(next.events->front().kind == EventKind::kConnectorConfigured);
  CHECK(next.events->front().subject == "etl / one");
  CHECK(next.events->front().detail == "x: 1 \u2192 2");
  CHECK(ConnectParts(next).at(0).facts.configs == second->configs);
  auto again = std::make_shared<ConnectConfigFacts>(*second);
  again->tailed = ToldAt(seconds{13});
  const View last = Advance(next, {rest, SectionOf("connect_config", again)}, Moment(seconds{13}));
  CHECK(last.events->size() == 1);
  CHECK(last.parts[0].section == next.parts[0].section);
}

TEST_CASE("a connector that the config topic tells as new is told once", "[overlay]") {
  const auto rest = RestFacts(seconds{10});
  const auto fewer = std::make_shared<ConnectFacts>(*rest);
  fewer->connectors.pop_back();
  const auto configs = ConfigFacts(seconds{10}, {});
  const auto created = ConfigFacts(
      seconds{11},
      {{.sequence = 1, .kind = ConnectChangeKind::kCreated, .connector = "two", .seen = true}});
  const View view = Advance({}, {SectionOf("connect", fewer), SectionOf("connect_config", configs)},
                            Moment(seconds{11}));
  const View next =
      Advance(view, {SectionOf("connect", rest), SectionOf("connect_config", created)},
              Moment(seconds{12}));
  REQUIRE(next.events->size() == 1);
  CHECK(next.events->front().kind == EventKind::kConnectorCreated);
  CHECK(next.events->front().subject == "etl / two");
}

}  // namespace
}  // namespace klaxon::analysis
