#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/simulator/connect_state.h"
#include "agent/simulator/connect_worker.h"

/// What befalls Connect clusters, ready made for demo and tests. `row` is the number of the edge
/// case in the list of situations that monitors of Connect get wrong.
namespace klaxon::simulator {

/// Something that the workers' states tell.
struct ConnectIncident {
  std::string_view name{};  ///< a few words, unique
  int row = 0;
  void (*happen)(ConnectState& state) = nullptr;  ///< to what ShopConnect made
};

/// Something that is wrong with a worker's answers.
struct ConnectOutage {
  std::string_view name{};
  int row = 0;
  ConnectFaults faults{};
};

const std::vector<ConnectIncident>& ConnectIncidents();
const std::vector<ConnectOutage>& ConnectOutages();

/// The incident of that name. REQUIRES: there is one.
const ConnectIncident& ConnectIncidentOf(std::string_view name);

/// Connectors with `tasks` tasks each, all failed with traces of about so many bytes; 0: all well.
ConnectState SizedConnect(size_t connectors, int tasks, size_t trace_bytes);

/// A trace as a sink task leaves it, of about so many bytes, different for every `seed`.
std::string LongTrace(size_t bytes, size_t seed);

}  // namespace klaxon::simulator
