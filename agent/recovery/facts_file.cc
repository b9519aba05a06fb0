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

/// Of the connector itself or of a task: both are told alike.
Item ItemOf(const Json& told, int32_t id, const World& world, const std::set<std::string>& alive,
            const Lens& lens, const Instant& now) {
  Item item{.id = id,
            .state = TextAt(told, "state"),
            .worker = TextAt(told, "worker"),
            .since = now,
            .failures = 1,
            .root_cause = TextAt(told, "root_cause")};
  item.owner_alive = !world.group_known            ? Truth::kUnknown
                     : alive.contains(item.worker) ? Truth::kYes
                                                   : Truth::kNo;
  if (item.failed()) {
    auto failure = std::make_shared<ConnectFailure>();
    failure->exception = TextAt(At(told, "failure"), "exception");
    failure->message = TextAt(At(told, "failure"), "message");
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

bool HasProblem(const Json& told, ConnectFault fault) {
  const Json& problems = At(told, "problems");
  return problems.is_array() && std::ranges::any_of(problems, [&](const Json& problem) {
           return TextAt(problem, "problem") == Name(fault);
         });
}

Subject SubjectOf(const Json& told, const World& world, const std::set<std::string>& alive,
                  const Lens& lens, const Instant& now) {
  const std::string name = TextAt(told, "connector");
  Subject subject{.name = name,
                  .life = 1,
                  .intent = IntentOf(TextAt(told, "intent")),
                  .config_hash = 1,
                  .chosen = lens.settings.For(name, {}),
                  .ghost = HasProblem(told, ConnectFault::kGhost),
                  .zombie = HasProblem(told, ConnectFault::kZombie),
                  .zero_tasks = HasProblem(told, ConnectFault::kZeroTasks),
                  .stuck_unassigned = HasProblem(told, ConnectFault::kStuckUnassigned)};
  subject.items.push_back(ItemOf(told, -1, world, alive, lens, now));
  if (const Json& tasks = At(told, "tasks"); tasks.is_array()) {
    for (const Json& task : tasks) {
      const auto id =
          static_cast<int32_t>(std::clamp<int64_t>(NumberAt(task, "id", 0), 0, 1'000'000));
      subject.items.push_back(ItemOf(task, id, world, alive, lens, now));
    }
  }
  return subject;
}

void TakeGroup(const Json& told, World& world, std::set<std::string>& alive) {
  const Json& members = At(told, "members");
  const std::string state = TextAt(told, "state");
  world.group_known = members.is_array() && !state.empty();
  const Json& delay = At(told, "rebalance_delay_seconds");
  world.group_at_rest =
      world.group_known && state == "Stable" && !(delay.is_number() && delay.get<double>() > 0);
  world.group_words = world.group_known
                          ? fmt::format("group {} is {}", TextAt(told, "group"), state)
                          : TextAt(told, "group_unknown");
  if (world.group_known) {
    for (const Json& member : members) {
      alive.insert(TextAt(member, "worker"));
    }
  }
}

void TakeWorker(const Json& told, World& world) {
  world.no_worker = "no worker answers";
  const Json& workers = At(told, "workers");
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

/// What is wrong with what is told of a connector; empty: nothing.
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
                    ToldCluster& told) {
  const Classifier classifier(told.policy.patterns);
  SettingsBook settings(told.policy);
  const Lens lens{.classifier = classifier, .settings = settings};
  for (const Json& connector : connectors) {
    if (TextAt(connector, "cluster") != told.cluster ||
        TextAt(connector, "connect") != told.connect) {
      continue;
    }
    Subject subject = SubjectOf(connector, told.world, alive, lens, now);
    const int64_t attempts = NumberAt(At(connector, "recovery"), "attempts", 0);
    told.attempts[subject.name] =
        static_cast<uint32_t>(std::clamp<int64_t>(attempts, 0, 1'000'000));
    told.world.subjects.push_back(std::move(subject));
  }
  std::ranges::stable_sort(told.world.subjects, {}, &Subject::name);
  const auto again = std::ranges::unique(told.world.subjects, {}, &Subject::name);
  told.world.subjects.erase(again.begin(), again.end());
}

}  // namespace

Result<std::vector<ToldCluster>> ReadFacts(std::string_view json, const PolicyOf& policy_of,
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
  std::vector<ToldCluster> all;
  for (const Json& cluster : clusters) {
    ToldCluster& told = all.emplace_back(
        ToldCluster{.cluster = TextAt(cluster, "cluster"), .connect = TextAt(cluster, "connect")});
    told.policy = policy_of(told.cluster, told.connect);
    told.policy.quiet_polls = 0;
    told.world.cluster_id = "as told";
    std::set<std::string> alive;
    TakeGroup(cluster, told.world, alive);
    TakeWorker(cluster, told.world);
    TakeConnectors(connectors, now, alive, told);
  }
  return all;
}

std::vector<RecoveryDecision> DecideAfter(ToldCluster& told, Duration time, Instant now) {
  Journal journal;
  for (const auto& [connector, attempts] : told.attempts) {
    journal.connectors[connector] = {.restored = true, .attempts = {.count = attempts}};
  }
  const MonoTime end = now.mono + time;
  std::vector<RecoveryDecision> decisions;
  do {
    told.world.listed = std::make_shared<const Answer>(
        Answer{.source = "file of facts", .taken_at = now, .good_for = 3 * kPoll});
    Follow(told.world, told.policy, now, journal);
    decisions = Plan(told.world, journal, told.policy, now);
    Note(decisions, journal);
    now.mono += kPoll;
    now.wall += std::chrono::duration_cast<WallTime::duration>(kPoll);
  } while (now.mono <= end);
  return decisions;
}

}  // namespace klaxon::recovery
