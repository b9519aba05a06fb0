#include "collectors/connect/comparing.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace klaxon::connect_collector {
namespace {

/// Of a connector (task -1) or a task.
using Thing = std::pair<std::string, int32_t>;

/// The state as each worker tells it.
using States = std::map<Thing, std::vector<std::string>>;

void AddStates(const Telling& telling, size_t worker, size_t workers, States& states) {
  const auto add = [&](const std::string& connector, int32_t task, const std::string& state) {
    std::vector<std::string>& told = states[{connector, task}];
    told.resize(workers);
    told[worker] = state;
  };
  for (const connect::NamedConnector& connector : *telling.list) {
    add(connector.name, -1, connector.facts.state);
    for (const ConnectTaskFacts& task : connector.facts.tasks) {
      add(connector.name, task.id, task.state);
    }
  }
}

/// Connectors whose state some worker could not tell: nobody disagrees about them.
std::set<std::string> Untold(const std::vector<Telling>& tellings) {
  std::set<std::string> names;
  for (const Telling& telling : tellings) {
    if (!telling.list) {
      continue;
    }
    for (const connect::NamedConnector& connector : *telling.list) {
      if (connector.facts.untold) {
        names.insert(connector.name);
      }
    }
  }
  return names;
}

}  // namespace

std::vector<ConnectDisagreement> Compare(const std::vector<Telling>& tellings,
                                         EntityTable& entities) {
  States states;
  std::vector<size_t> heard;
  const std::set<std::string> untold = Untold(tellings);
  for (size_t i = 0; i < tellings.size(); ++i) {
    if (tellings[i].list) {
      AddStates(tellings[i], i, tellings.size(), states);
      heard.push_back(i);
    }
  }
  std::vector<ConnectDisagreement> disagreements;
  for (auto& [thing, told] : states) {
    const bool agree = untold.contains(thing.first) ||
                       std::all_of(heard.begin(), heard.end(), [&, &all = told](size_t worker) {
                         return all[worker] == all[heard.front()];
                       });
    if (!agree) {
      disagreements.push_back({.connector = entities.Intern(thing.first),
                               .task = thing.second,
                               .states = std::move(told)});
    }
  }
  return disagreements;
}

}  // namespace klaxon::connect_collector
