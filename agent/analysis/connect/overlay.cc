#include "agent/analysis/connect/overlay.h"

#include <algorithm>

namespace klaxon::analysis {
namespace {

constexpr std::string_view kStatusCollector = "connect_status";
constexpr std::string_view kConfigCollector = "connect_config";

/// REST's own reading of the same trace knows the connector's class, and so its frame.
template <class Facts>
void Tell(const ConnectTold& told, Facts& facts) {
  const bool same = facts.failure != nullptr && told.failure != nullptr &&
                    facts.failure->fingerprint == told.failure->fingerprint;
  facts.state = told.state;
  facts.worker = told.worker;
  if (!same) {
    facts.failure = told.failure;
    facts.root_cause = told.root_cause;
  }
}

void TellTasks(const ConnectStatusRow& row, std::vector<ConnectTaskFacts>& tasks) {
  for (const auto& [id, told] : row.tasks) {
    auto at = std::ranges::lower_bound(tasks, id, {}, &ConnectTaskFacts::id);
    if (at == tasks.end() || at->id != id) {
      at = tasks.insert(at, ConnectTaskFacts{.id = id});
    }
    Tell(told, *at);
  }
}

const ViewPart* PartAt(const View& view, const Section& place, std::string_view collector) {
  const auto found = std::ranges::find_if(view.parts, [&](const ViewPart& part) {
    return part.section->collector == collector && part.section->cluster == place.cluster &&
           part.section->instance == place.instance;
  });
  return found == view.parts.end() ? nullptr : &*found;
}

template <class TailFacts>
const TailFacts* TailOf(const View& view, const Section& place, std::string_view collector) {
  const ViewPart* part = PartAt(view, place, collector);
  return part == nullptr ? nullptr : dynamic_cast<const TailFacts*>(part->section->facts.get());
}

/// The age that is shown of configurations may be so much too old, so that a page is not made anew
/// for every look at a quiet topic.
constexpr Duration kAgeSlack = std::chrono::seconds{5};

bool SameConfigs(const ConnectFacts& told, const ConnectConfigFacts* config) {
  if (config == nullptr) {
    return told.configs == nullptr;
  }
  return told.configs == config->configs &&
         config->tailed->taken_at.mono - told.configured->taken_at.mono < kAgeSlack;
}

/// What `part` became in the view before, if it would become the same now.
SectionRef SameAsBefore(const View& before, const ViewPart& part, const ConnectTails& tails,
                        const Instant& now) {
  const ViewPart* old = PartAt(before, *part.section, part.section->collector);
  if (old == nullptr || old->published != part.section) {
    return nullptr;
  }
  const auto* rest = dynamic_cast<const ConnectFacts*>(part.section->facts.get());
  const auto* told = dynamic_cast<const ConnectFacts*>(old->section->facts.get());
  const bool same = told != nullptr &&
                    told->states_of == (tails.status == nullptr ? nullptr : tails.status->table) &&
                    SameConfigs(*told, tails.config) && IsFresh(rest->listed, now) &&
                    told->listed == rest->listed;
  return same ? old->section : nullptr;
}

void TellStatus(const ConnectStatusFacts& status, const Instant& now, ConnectFacts& facts) {
  facts.states_of = status.table;
  for (ConnectorFacts& connector : facts.connectors) {
    const auto row = status.table->find(connector.entity->name);
    if (row == status.table->end()) {
      continue;
    }
    if (row->second.own) {
      Tell(*row->second.own, connector);
      connector.untold.reset();
    }
    TellTasks(row->second, connector.tasks);
  }
  // Which connectors there are is REST's to tell, if only once.
  if (facts.listed != nullptr && !IsFresh(facts.listed, now)) {
    facts.listed = status.tailed;
    facts.answers.push_back(status.tailed);
  }
}

ConnectIntent IntentOf(std::string_view target) {
  return target == "STARTED"   ? ConnectIntent::kRunning
         : target == "PAUSED"  ? ConnectIntent::kPaused
         : target == "STOPPED" ? ConnectIntent::kStopped
                               : ConnectIntent::kUnknown;
}

void TellConfigs(const ConnectConfigFacts& config, const Instant& now, ConnectFacts& facts) {
  facts.configs = config.configs;
  facts.configured = config.tailed;
  facts.answers.push_back(config.tailed);
  for (ConnectorFacts& connector : facts.connectors) {
    const auto row = config.configs->connectors.find(connector.entity->name);
    if (IsFresh(config.tailed, now) && row != config.configs->connectors.end()) {
      connector.intent = IntentOf(row->second.target);
    }
  }
}

}  // namespace

std::shared_ptr<const ConnectFacts> Overlay(const std::shared_ptr<const ConnectFacts>& rest,
                                            const ConnectTails& tails, const Instant& now) {
  auto facts = std::make_shared<ConnectFacts>(*rest);
  if (tails.status != nullptr && IsFresh(tails.status->tailed, now)) {
    TellStatus(*tails.status, now, *facts);
  }
  if (tails.config != nullptr) {
    TellConfigs(*tails.config, now, *facts);
  }
  return facts;
}

void TellStates(const View& before, View& next) {
  for (ViewPart& part : next.parts) {
    const auto rest = std::dynamic_pointer_cast<const ConnectFacts>(part.section->facts);
    if (rest == nullptr) {
      continue;
    }
    ConnectTails tails{.status = TailOf<ConnectStatusFacts>(next, *part.section, kStatusCollector),
                       .config = TailOf<ConnectConfigFacts>(next, *part.section, kConfigCollector)};
    if (tails.status != nullptr && !IsFresh(tails.status->tailed, next.now)) {
      tails.status = nullptr;
    }
    if (tails.status == nullptr && tails.config == nullptr) {
      continue;
    }
    part.published = part.section;
    if (SectionRef same = SameAsBefore(before, part, tails, next.now)) {
      part.section = std::move(same);
      continue;
    }
    Section section = *part.section;
    section.facts = Overlay(rest, tails, next.now);
    part.section = std::make_shared<const Section>(std::move(section));
  }
}

}  // namespace klaxon::analysis
