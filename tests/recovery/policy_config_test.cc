#include "agent/recovery/policy_config.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "agent/config/document.h"
#include "agent/recovery/settings_book.h"

namespace klaxon::recovery {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Policy PolicyOf(const std::string& text, std::vector<config::Mistake>* mistakes = nullptr) {
  config::Document document = config::Document::Parse(text, "klaxon.yaml");
  Policy policy;
  {
    config::YamlMap root = document.Root();
    policy = ReadPolicy(root);
  }
  INFO(ToString(document.mistakes()));
  CHECK((mistakes != nullptr || document.ok()));
  if (mistakes != nullptr) {
    *mistakes = document.mistakes();
  }
  return policy;
}

TEST_CASE("nothing written is the default: observe", "[recovery]") {
  CHECK(PolicyOf("{}") == Policy{});
  CHECK(Policy{}.settings.mode == RecoveryMode::kObserve);
}

TEST_CASE("a policy says it for the cluster, for some connectors and for the times", "[recovery]") {
  const Policy policy = PolicyOf(
      "attempts: 3\n"
      "on.unknown: never\n"
      "waive: [worker_group, owner]\n"
      "maintenance: [{days: [sat, sun], from: '22:30', to: '01:00'}]\n"
      "patterns: [{match: 'quota', class: transient}]\n"
      "connectors:\n"
      "- {match: 'billing-.*', mode: off}\n"
      "- {match: '.*', backoff.preset: strimzi}\n");
  CHECK(policy.settings.attempts == 3);
  CHECK(policy.settings.on[static_cast<size_t>(FailureClass::kUnknown)] == ClassAction::kNever);
  CHECK(policy.waived.count() == 2);
  CHECK(policy.maintenance.at(0).days == std::bitset<7>{0b1000001});
  CHECK(policy.maintenance.at(0).from == minutes{22 * 60 + 30});
  CHECK(policy.maintenance.at(0).to == minutes{60});
  CHECK(policy.patterns.at(0).failure == FailureClass::kTransient);
  SettingsBook book(policy);
  CHECK(book.For("billing-eu", {})->settings.mode == RecoveryMode::kOff);
  CHECK(book.For("billing", {})->settings.preset == BackoffPreset::kStrimzi);
  CHECK(book.For("billing-eu", {})->settings.attempts == 3);
}

TEST_CASE("a policy that makes no sense is refused, each key with its reason", "[recovery]") {
  const char* text = GENERATE(
      "{mode: on}", "{attempts: 0}", "{backoff.base: 2m, backoff.cap: 1m}", "{backoff.jitter: 80}",
      "{on.transient: twice}", "{on.transistor: once}", "{connectors: [{mode: off}]}",
      "{connectors: [{match: '('}]}", "{patterns: [{match: a}]}",
      "{patterns: [{match: a, class: bad}]}", "{waive: [fresh]}",
      "{maintenance: [{from: '24:00', to: '01:00'}]}", "{maintenance: [{from: '22:00'}]}",
      "{maintenance: [{days: [so], from: '22:00', to: '23:00'}]}", "{quiet_start.polls: 1}",
      "{budget.per_minute: 0}", "{breaker.percent: 101}", "{soka: 1m}");
  INFO(text);
  std::vector<config::Mistake> mistakes;
  PolicyOf(text, &mistakes);
  CHECK(mistakes.size() == 1);
}

TEST_CASE("a mistake says where it is and what was meant", "[recovery]") {
  std::vector<config::Mistake> mistakes;
  PolicyOf("attempts: 3\nsoka: 1m\ndebounce.polls: 0\n", &mistakes);
  CHECK(ToString(mistakes) ==
        "klaxon.yaml:2: soka: unknown key; did you mean \"soak\"?\n"
        "klaxon.yaml:3: debounce.polls: out of range (1 to 100), found \"0\"");
}

TEST_CASE("what is wrong with a connector's own keys is told as it is written there",
          "[recovery]") {
  struct Own {
    OwnKeys keys{};
    std::string_view mistake{};
  };

  const std::vector<Own> all{
      {{{"klaxon.recovery", "ACT"}}, "klaxon.recovery: expected one of off, observe, act"},
      {{{"klaxon.recovery.attempts", "${HOME}"}}, "klaxon.recovery.attempts: "},
      {{{"klaxon.recovery", "off"}, {"klaxon.recovery.mode", "act"}},
       "klaxon.recovery and klaxon.recovery.mode are the same: keep one"},
  };
  SettingsBook book(Policy{});
  for (const Own& own : all) {
    const std::string mistake = book.For("sink", own.keys)->mistake;
    INFO(mistake);
    CHECK(mistake.starts_with(own.mistake));
    CHECK(mistake.find("$$") == std::string::npos);
  }
}

TEST_CASE("a connector's own keys go over all others", "[recovery]") {
  SettingsBook book(PolicyOf("{attempts: 3, soak: 5m}"));
  const std::shared_ptr<const Chosen> chosen =
      book.For("sink", {{"klaxon.recovery", "off"}, {"klaxon.recovery.attempts", "9"}});
  CHECK(chosen->mistake.empty());
  CHECK(chosen->settings.mode == RecoveryMode::kOff);
  CHECK(chosen->settings.attempts == 9);
  CHECK(chosen->settings.soak == minutes{5});
  CHECK(book.For("sink", {})->settings.attempts == 3);
}

TEST_CASE("a mistake in a connector's own keys is told, and they do not count", "[recovery]") {
  struct Row {
    std::string key{};
    std::string value{};
    std::string told{};
  };

  const auto row =
      GENERATE(Row{"klaxon.recovery", "yes",
                   "klaxon.recovery: expected one of off, observe, act, found \"yes\""},
               Row{"klaxon.recovery.atempts", "2",
                   "klaxon.recovery.atempts: unknown key; did you mean \"attempts\"?"},
               Row{"klaxon.recovery.soak", "${HOME}", "klaxon.recovery.soak: expected a duration"},
               Row{"klaxon.recovery.soak", "a'b", "klaxon.recovery.soak: expected a duration"},
               Row{"klaxon.recovery.budget.per_minute", "600",
                   "klaxon.recovery.budget.per_minute: unknown key"});
  SettingsBook book(Policy{});
  const std::shared_ptr<const Chosen> chosen = book.For("sink", {{row.key, row.value}});
  INFO(row.key << " is told as: " << chosen->mistake);
  CHECK(chosen->mistake.starts_with(row.told));
  CHECK(chosen->settings == Settings{});
}

}  // namespace
}  // namespace klaxon::recovery
