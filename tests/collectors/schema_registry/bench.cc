#include "tests/collectors/schema_registry/bench.h"

#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

namespace klaxon::schema_registry_collector {

simulator::RegistryState Shop(simulator::RegistryFlavor flavor) {
  simulator::RegistryState state = simulator::ShopRegistry();
  state.flavor = flavor;
  return state;
}

Bench::Bench(simulator::RegistryState state, int count) {
  for (int i = 0; i < count; ++i) {
    auto started = simulator::RegistryNode::Start(state);
    REQUIRE(started);
    nodes.push_back(*std::move(started));
    config_.source.urls.push_back(nodes.back()->url());
  }
  config_.name = "main";
  config_.interval = std::chrono::seconds{30};
  config_.request_timeout = std::chrono::seconds{3};
  collector_ = std::make_unique<SchemaRegistryCollector>(config_, *http_);
}

Reading Bench::Poll() {
  reading = collector_->Poll({.clock = clock,
                              .interval = config_.interval,
                              .deadline = clock.Now().mono + config_.interval,
                              .stop = {}});
  facts = std::dynamic_pointer_cast<const SchemaRegistryFacts>(reading.facts);
  if (facts == nullptr) {
    return reading;
  }
  const auto section = std::make_shared<const Section>(Section{.cluster = "shop",
                                                               .collector = "schema_registry",
                                                               .instance = "main",
                                                               .status = {},
                                                               .facts = reading.facts});
  view = analysis::Advance(view, {section}, clock.Now());
  return reading;
}

void Bench::Follow(const std::string& topic, TopicAccess access, Duration interval) {
  config_.topic = topic;
  config_.interval = interval;
  collector_ = std::make_unique<SchemaRegistryCollector>(config_, *http_, std::move(access));
}

void Bench::SpendOnSettings(size_t requests) {
  config_.settings_requests = requests;
  collector_ = std::make_unique<SchemaRegistryCollector>(config_, *http_);
}

void Bench::WaitForAnswers(Duration request_timeout) {
  config_.request_timeout = request_timeout;
  collector_ = std::make_unique<SchemaRegistryCollector>(config_, *http_);
}

void Bench::Settle(int most) {
  for (int i = 0; i < most; ++i) {
    Poll();
    if (facts != nullptr && facts->whole &&
        std::ranges::all_of(facts->inventory->subjects, [](const SubjectRef& subject) {
          return subject->compatibility && subject->mode;
        })) {
      return;
    }
  }
  FAIL("the registry was not read as a whole");
}

void Bench::Change(const std::function<void(simulator::RegistryState&)>& change) {
  for (const auto& node : nodes) {
    node->Change(change);
  }
}

const SchemaRegistryDerived& Bench::derived() const {
  const auto* derived = dynamic_cast<const SchemaRegistryDerived*>(view.parts.at(0).derived.get());
  REQUIRE(derived != nullptr);
  return *derived;
}

const SubjectFacts* Bench::Find(const std::string& subject) const {
  const auto& subjects = facts->inventory->subjects;
  const auto found = std::ranges::find(subjects, subject,
                                       [](const SubjectRef& each) { return each->entity->name; });
  return found == subjects.end() ? nullptr : found->get();
}

std::vector<std::string> Bench::TakeEvents() {
  std::vector<std::string> events;
  for (const Event& event : *view.events) {
    if (event.sequence > taken_) {
      events.push_back(fmt::format("{} {}: {}", Name(event.kind), event.subject, event.detail));
      taken_ = event.sequence;
    }
  }
  return events;
}

uint64_t Bench::Requests() const {
  uint64_t sum = 0;
  for (const auto& node : nodes) {
    sum += node->RequestCount();
  }
  return sum;
}

}  // namespace klaxon::schema_registry_collector
