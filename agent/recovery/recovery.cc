#include "agent/recovery/recovery.h"

#include <utility>

#include "agent/recovery/plan.h"

namespace klaxon::recovery {

Recovery::Recovery(const Policy& policy)
    : policy_(policy), classifier_(policy.patterns), settings_(policy) {
}

void Recovery::SetPolicy(const Policy& policy) {
  policy_ = policy;
  classifier_ = Classifier(policy.patterns);
  settings_ = SettingsBook(policy);
}

std::shared_ptr<const RecoveryFacts> Recovery::Step(const View& view, const ConnectPart& part) {
  const World world = Look(view, part, {.classifier = classifier_, .settings = settings_});
  Follow(world, policy_, view.now, journal_);
  auto facts = std::make_shared<RecoveryFacts>();
  facts->mode = policy_.settings.mode;
  facts->decisions = Plan(world, journal_, policy_, view.now);
  facts->planned = world.listed;
  facts->breaker = journal_.breaker.state;
  facts->breaker_why = journal_.breaker.why;
  if (facts->planned != nullptr) {
    facts->answers = {facts->planned};
  }
  Note(facts->decisions, journal_);
  return facts;
}

}  // namespace klaxon::recovery
