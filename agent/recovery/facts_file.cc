#include "agent/recovery/facts_file.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/recovery/plan.h"

namespace klaxon::recovery {
namespace {

using Json = nlohmann::json;

constexpr Duration kPoll = std::chrono::seconds{5};

/// The member of that name; null: there is none, or `value` is no object.
const Json& At(const Json& value, const char* name) {
  static const Json nothing;
  if (!value.is_object()) {
    return nothing;
  }
  const auto found = value.find(name);
  return found == value.end() ? nothing : *found;
}

std::string TextAt(const Json& value, const char* name) {
  const Json& member = At(value, name);
  return member.is_string() ? member.get<std::string>() : "";
}

int64_t NumberAt(const Json& value, const char* name, int64_t otherwise) {
  const Json& member = At(value, name);
  return member.is_number_integer() ? member.get<int64_t>() : otherwise;
}

bool IsTrue(const Json& value) {
  return value.is_boolean() && value.get<bool>();
}

/// Of the connector itself or of a task: both are written alike.
Item ItemOf(const Json& entry, int32_t id, const World& world, const std::set<std::string>& alive,
            const Lens& lens, const Instant& now) {
  Item item{.id = id,
            .state = TextAt(entry, "state"),
            .worker = TextAt(entry, "worker"),
            .since = now,
            .failures = 1,
            .root_cause = TextAt(entry, "root_cause")};
  item.owner_alive = !world.group_known            ? Truth::kUnknown
                     : alive.contains(item.worker) ? Truth::kYes
                                                   : Truth::kNo;
  if (item.failed()) {
    auto failure = std::make_shared<ConnectFailure>();
    failure->exception = TextAt(At(entry, "failure"), "exception");
    failure->message = TextAt(At(entry, "failure"), "message");
    item.failure = lens.classifier.ClassOf(failure);
    item.fingerprint = 1;
  }
  return item;
}

ConnectIntent IntentOf(const std::string& name) {
  for (const ConnectIntent intent :
       {ConnectIntent::kRunning, ConnectIntent::kPaused, ConnectIntent::kStopped}) {
    if (Name(intent) == name) {
      return intent;
    }
  }
  return ConnectIntent::kUnknown;
}

bool HasProblem(const Json& entry, ConnectFault fault) {
  const Json& problems = At(entry, "problems");
  return problems.is_array() && std::ranges::any_of(problems, [&](const Json& problem) {
           return TextAt(problem, "problem") == Name(fault);
         });
}

Connector ConnectorOf(const Json& entry, const World& world, const std::set<std::string>& alive,
                      const Lens& lens, const Instant& now) {
  const std::string name = TextAt(entry, "connector");
  Connector connector{.name = name,
                      .life = 1,
                      .intent = IntentOf(TextAt(entry, "intent")),
                      .config_hash = 1,
                      .chosen = lens.settings.For(name, {}),
                      .ghost = HasProblem(entry, ConnectFault::kGhost),
                      .zombie = HasProblem(entry, ConnectFault::kZombie),
                      .zero_tasks = HasProblem(entry, ConnectFault::kZeroTasks),
                      .stuck_unassigned = HasProblem(entry, ConnectFault::kStuckUnassigned)};
  connector.items.push_back(ItemOf(entry, -1, world, alive, lens, now));
  if (const Json& tasks = At(entry, "tasks"); tasks.is_array()) {
    for (const Json& task : tasks) {
      const auto id =
          static_cast<int32_t>(std::clamp<int64_t>(NumberAt(task, "id", 0), 0, 1'000'000));
      connector.items.push_back(ItemOf(task, id, world, alive, lens, now));
    }
  }
  return connector;
}

void TakeGroup(const Json& entry, World& world, std::set<std::string>& alive) {
  const Json& members = At(entry, "members");
  const std::string state = TextAt(entry, "state");
  world.group_known = members.is_array() && !state.empty();
  const Json& delay = At(entry, "rebalance_delay_seconds");
  world.group_at_rest =
      world.group_known && state == "Stable" && !(delay.is_number() && delay.get<double>() > 0);
  world.group_words = world.group_known
                          ? fmt::format("group {} is {}", TextAt(entry, "group"), state)
                          : TextAt(entry, "group_unknown");
  if (world.group_known) {
    for (const Json& member : members) {
      alive.insert(TextAt(member, "worker"));
    }
  }
}

void TakeWorker(const Json& entry, World& world) {
  world.no_worker = "no worker answers";
  const Json& workers = At(entry, "workers");
  if (!workers.is_array()) {
    return;
  }
  for (const Json& worker : workers) {
    const std::string health = TextAt(worker, "health");
    if (IsTrue(At(worker, "alive")) && health != Name(ConnectHealth::kStarting) &&
        health != Name(ConnectHealth::kUnhealthy) && world.post_to.url.empty()) {
      world.post_to = {.url = TextAt(worker, "url"), .version = TextAt(worker, "version")};
      world.no_worker.clear();
    }
  }
}

/// What is wrong with what is written of a connector; empty: nothing.
std::string MistakeIn(const Json& connector) {
  const auto odd = [](const Json& value, const char* name) {
    const Json& member = At(value, name);
    return !member.is_null() && !member.is_string();
  };
  const Json& tasks = At(connector, "tasks");
  if (!tasks.is_array() && connector.is_object() && connector.contains("tasks")) {
    return "its tasks are no list";
  }
  const bool state = odd(connector, "state") ||
                     (tasks.is_array() && std::ranges::any_of(tasks, [&](const Json& task) {
                        return odd(task, "state");
                      }));
  return state ? "a state of it is no text" : "";
}

void TakeConnectors(const Json& connectors, const Instant& now, const std::set<std::string>& alive,
                    FiledCluster& filed) {
  const Classifier classifier(filed.policy.patterns);
  SettingsBook settings(filed.policy);
  const Lens lens{.classifier = classifier, .settings = settings};
  for (const Json& document : connectors) {
    if (TextAt(document, "cluster") != filed.cluster ||
        TextAt(document, "connect") != filed.connect) {
      continue;
    }
    Connector connector = ConnectorOf(document, filed.world, alive, lens, now);
    const int64_t attempts = NumberAt(At(document, "recovery"), "attempts", 0);
    filed.attempts[connector.name] =
        static_cast<uint32_t>(std::clamp<int64_t>(attempts, 0, 1'000'000));
    filed.world.connectors.push_back(std::move(connector));
  }
  std::ranges::stable_sort(filed.world.connectors, {}, &Connector::name);
  const auto again = std::ranges::unique(filed.world.connectors, {}, &Connector::name);
  filed.world.connectors.erase(again.begin(), again.end());
}

}  // namespace

Result<std::vector<FiledCluster>> ReadFacts(std::string_view json, const PolicyOf& policy_of,
                                            const Instant& now) {
  const Json document = Json::parse(json, nullptr, false);
  const Json& clusters = At(document, "connect_clusters");
  const Json& connectors = At(document, "connectors");
  if (!clusters.is_array() || !connectors.is_array()) {
    return Error(Reason::kInvalid,
                 "it is no document of facts: keep what /api/klaxon/v1/connectors answers");
  }
  for (const Json& connector : connectors) {
    if (const std::string mistake = MistakeIn(connector); !mistake.empty()) {
      return Error(
          Reason::kInvalid,
          fmt::format("connector \"{}\": {}", Printable(TextAt(connector, "connector")), mistake));
    }
  }
  std::vector<FiledCluster> all;
  for (const Json& cluster : clusters) {
    FiledCluster& filed = all.emplace_back(
        FiledCluster{.cluster = TextAt(cluster, "cluster"), .connect = TextAt(cluster, "connect")});
    filed.policy = policy_of(filed.cluster, filed.connect);
    filed.policy.quiet_polls = 0;
    filed.world.cluster_id = "as told";
    std::set<std::string> alive;
    TakeGroup(cluster, filed.world, alive);
    TakeWorker(cluster, filed.world);
    TakeConnectors(connectors, now, alive, filed);
  }
  return all;
}

std::vector<RecoveryDecision> DecideAfter(FiledCluster& filed, Duration time, Instant now) {
  Journal journal;
  for (const auto& [connector, attempts] : filed.attempts) {
    journal.connectors[connector] = {.restored = true, .attempts = {.count = attempts}};
  }
  const MonoTime end = now.mono + time;
  std::vector<RecoveryDecision> decisions;
  do {
    filed.world.listed = std::make_shared<const Answer>(
        Answer{.source = "file of facts", .taken_at = now, .good_for = 3 * kPoll});
    Follow(filed.world, filed.policy, now, journal);
    decisions = Plan(filed.world, journal, filed.policy, now);
    Note(decisions, journal);
    now.mono += kPoll;
    now.wall += std::chrono::duration_cast<WallTime::duration>(kPoll);
  } while (now.mono <= end);
  return decisions;
}

}  // namespace klaxon::recovery
