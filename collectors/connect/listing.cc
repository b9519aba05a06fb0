#include "collectors/connect/listing.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace klaxon::connect_collector {
namespace {

using connect::ConnectClient;
using connect::NamedConnector;
using connect::Wait;

/// Configurations asked for in one poll of an old worker: they cost its herder's thread.
constexpr size_t kConfigsAPoll = 5;

bool ByName(const NamedConnector& a, const NamedConnector& b) {
  return a.name < b.name;
}

/// Connectors that exist but have no status yet are missing from the expanded list; the plain list
/// has them.
void AddMissing(const std::vector<std::string>& names, std::vector<NamedConnector>& connectors) {
  const size_t told = connectors.size();
  for (const std::string& name : names) {
    const auto end = connectors.begin() + static_cast<std::ptrdiff_t>(told);
    NamedConnector missing{.name = name};
    if (!std::binary_search(connectors.begin(), end, missing, ByName)) {
      connectors.push_back(std::move(missing));
    }
  }
  std::sort(connectors.begin(), connectors.end(), ByName);
}

}  // namespace

const ConnectorFacts* Find(const ConnectFacts* facts, std::string_view name) {
  if (facts == nullptr) {
    return nullptr;
  }
  const auto place = std::lower_bound(
      facts->connectors.begin(), facts->connectors.end(), name,
      [](const ConnectorFacts& a, std::string_view b) { return a.entity->name < b; });
  return place == facts->connectors.end() || place->entity->name != name ? nullptr : &*place;
}

Result<std::vector<NamedConnector>> Lister::List(const ConnectClient& worker,
                                                 const ConnectFacts* before, const Wait& wait,
                                                 MonoTime last) {
  Result<std::vector<NamedConnector>> connectors = worker.Connectors(wait, &memory_);
  if (!connectors) {
    return connectors.error().reason() == Reason::kUnsupported
               ? OneByOne(worker, before, {.deadline = last, .stop = wait.stop})
               : connectors;
  }
  const Result<std::vector<std::string>> names = worker.Names(wait);
  if (!names) {
    return names.error();
  }
  AddMissing(*names, *connectors);
  return connectors;
}

Result<std::vector<NamedConnector>> Lister::OneByOne(const ConnectClient& worker,
                                                     const ConnectFacts* before, const Wait& wait) {
  const Result<std::vector<std::string>> names = worker.Names(wait);
  if (!names) {
    return names.error();
  }
  std::vector<NamedConnector> connectors;
  connectors.reserve(names->size());
  for (const std::string& name : *names) {
    connectors.push_back({.name = name});
    ConnectorFacts& facts = connectors.back().facts;
    if (const ConnectorFacts* known = Find(before, name)) {
      facts.connector_class = known->connector_class;
      facts.kind = known->kind;
      facts.config = known->config;
    }
    Result<std::optional<ConnectorFacts>> status = worker.Status(name, facts.connector_class, wait);
    if (!status) {
      return status.error();
    }
    if (*status) {
      (*status)->kind = std::move(facts.kind);
      (*status)->config = std::move(facts.config);
      facts = **std::move(status);
    }
  }
  const size_t due = std::min(kConfigsAPoll, connectors.size());
  for (size_t i = 0; i < due; ++i) {
    // One that does not tell is asked again when its turn comes.
    (void)worker.Config(connectors[configured_++ % connectors.size()], wait);
  }
  return connectors;
}

}  // namespace klaxon::connect_collector
