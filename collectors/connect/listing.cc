#include "collectors/connect/listing.h"

#include <algorithm>
#include <cstdlib>
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

/// The worker tells something else than this status. Once, no answer may be of one connector.
bool IsOfOneConnector(const Error& error, size_t unanswered) {
  switch (error.reason()) {
    case Reason::kRefused:
    case Reason::kUnauthorized:
    case Reason::kUnsupported:
    case Reason::kBadAnswer:
    case Reason::kInvalid:
      return true;
    case Reason::kTimeout:
    case Reason::kUnreachable:
      return unanswered < 2;
    case Reason::kCancelled:
    case Reason::kInternal:
      return false;
  }
  std::abort();
}

/// Collects the statuses of connectors that are asked for one after the other.
class Statuses {
 public:
  Statuses(const ConnectClient& worker, const Patience& patience)
      : worker_(worker), patience_(patience) {}

  /// `known` (may be null) is what was known of it. Error: it makes no sense to ask for more.
  Result<void> Ask(const std::string& name, const ConnectorFacts* known) {
    NamedConnector connector{.name = name};
    ConnectorFacts& facts = connector.facts;
    if (known != nullptr) {
      facts.connector_class = known->connector_class;
      facts.kind = known->kind;
      facts.config = known->config;
    }
    Result<std::optional<ConnectorFacts>> status =
        worker_.Status(name, facts.connector_class, patience_.Next());
    if (!status) {
      const Reason reason = status.error().reason();
      unanswered_ += reason == Reason::kTimeout || reason == Reason::kUnreachable ? 1U : 0U;
      if (!IsOfOneConnector(status.error(), unanswered_)) {
        return status.error();
      }
      facts.untold = status.error();
      ++untold_;
    } else if (*status) {
      (*status)->kind = std::move(facts.kind);
      (*status)->config = std::move(facts.config);
      facts = **std::move(status);
    } else {
      without_.push_back(name);
    }
    connectors_.push_back(std::move(connector));
    return {};
  }

  /// All that still exist. Error: none of them told.
  Result<std::vector<NamedConnector>> Take() {
    if (!connectors_.empty() && untold_ == connectors_.size()) {
      return *connectors_.front().facts.untold;
    }
    if (!without_.empty()) {
      if (const Result<void> dropped = DropGone(); !dropped) {
        return dropped.error();
      }
    }
    return std::move(connectors_);
  }

 private:
  /// A connector without a status is either new, or was deleted after the list was made.
  Result<void> DropGone() {
    const Result<std::vector<std::string>> names = worker_.Names(patience_.Next());
    if (!names) {
      return names.error();
    }
    std::erase_if(connectors_, [&](const NamedConnector& connector) {
      return std::binary_search(without_.begin(), without_.end(), connector.name) &&
             !std::binary_search(names->begin(), names->end(), connector.name);
    });
    return {};
  }

  const ConnectClient& worker_;
  const Patience& patience_;
  std::vector<NamedConnector> connectors_{};  // by name, as they are asked for
  std::vector<std::string> without_{};        // likewise
  size_t untold_ = 0;
  size_t unanswered_ = 0;
};

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

connect::Wait Patience::Next() const {
  return {.deadline = std::min(last, clock.Now().mono + each), .stop = stop};
}

Result<std::vector<NamedConnector>> Lister::List(const ConnectClient& worker,
                                                 const ConnectFacts* before,
                                                 const Patience& patience) {
  const Wait wait = patience.Next();
  Result<std::vector<NamedConnector>> connectors = worker.Connectors(wait, &memory_);
  if (!connectors) {
    return connectors.error().reason() == Reason::kUnsupported ? OneByOne(worker, before, patience)
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
                                                     const ConnectFacts* before,
                                                     const Patience& patience) {
  const Result<std::vector<std::string>> names = worker.Names(patience.Next());
  if (!names) {
    return names.error();
  }
  Statuses statuses(worker, patience);
  for (const std::string& name : *names) {
    if (Result<void> asked = statuses.Ask(name, Find(before, name)); !asked) {
      return asked.error();
    }
  }
  Result<std::vector<NamedConnector>> connectors = statuses.Take();
  if (connectors) {
    AskConfigs(worker, patience, *connectors);
  }
  return connectors;
}

void Lister::AskConfigs(const ConnectClient& worker, const Patience& patience,
                        std::vector<NamedConnector>& connectors) {
  const size_t due = std::min(kConfigsAPoll, connectors.size());
  for (size_t i = 0; i < due; ++i) {
    // One that does not tell is asked again when its turn comes.
    (void)worker.Config(connectors[configured_++ % connectors.size()], patience.Next());
  }
}

}  // namespace klaxon::connect_collector
