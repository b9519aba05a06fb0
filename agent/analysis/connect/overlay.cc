#include "agent/analysis/connect/overlay.h"

#include <algorithm>

namespace klaxon::analysis {
namespace {

constexpr std::string_view kStatusCollector = "connect_status";

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

/// What `part` became in the view before, if it would become the same now.
SectionRef SameAsBefore(const View& before, const ViewPart& part, const ConnectStatusFacts& status,
                        const Instant& now) {
  const ViewPart* old = PartAt(before, *part.section, part.section->collector);
  if (old == nullptr || old->published != part.section) {
    return nullptr;
  }
  const auto* rest = dynamic_cast<const ConnectFacts*>(part.section->facts.get());
  const auto* told = dynamic_cast<const ConnectFacts*>(old->section->facts.get());
  const bool same = told != nullptr && told->states_of == status.table &&
                    IsFresh(rest->listed, now) && told->listed == rest->listed;
  return same ? old->section : nullptr;
}

}  // namespace

std::shared_ptr<const ConnectFacts> Overlay(const std::shared_ptr<const ConnectFacts>& rest,
                                            const ConnectStatusFacts& status, const Instant& now) {
  auto facts = std::make_shared<ConnectFacts>(*rest);
  facts->states_of = status.table;
  for (ConnectorFacts& connector : facts->connectors) {
    const auto row = status.table->find(connector.entity->name);
    if (row == status.table->end()) {
      continue;
    }
    if (row->second.own) {
      Tell(*row->second.own, connector);
    }
    TellTasks(row->second, connector.tasks);
  }
  if (!IsFresh(rest->listed, now)) {
    facts->listed = status.tailed;
    facts->answers.push_back(status.tailed);
  }
  return facts;
}

void TellStates(const View& before, View& next) {
  for (ViewPart& part : next.parts) {
    const auto rest = std::dynamic_pointer_cast<const ConnectFacts>(part.section->facts);
    const ViewPart* tail =
        rest == nullptr ? nullptr : PartAt(next, *part.section, kStatusCollector);
    const auto* status = tail == nullptr
                             ? nullptr
                             : dynamic_cast<const ConnectStatusFacts*>(tail->section->facts.get());
    if (status == nullptr || !IsFresh(status->tailed, next.now)) {
      continue;
    }
    part.published = part.section;
    if (SectionRef same = SameAsBefore(before, part, *status, next.now)) {
      part.section = std::move(same);
      continue;
    }
    Section section = *part.section;
    section.facts = Overlay(rest, *status, next.now);
    part.section = std::make_shared<const Section>(std::move(section));
  }
}

}  // namespace klaxon::analysis
