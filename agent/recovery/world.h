#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/model/connect_derived.h"
#include "agent/model/connect_facts.h"
#include "agent/model/view.h"
#include "agent/recovery/classify.h"
#include "agent/recovery/position.h"
#include "agent/recovery/settings_book.h"

/// What a plan is made of: the facts of one Connect cluster that matter to recovery.
namespace klaxon::recovery {

/// A connector itself (-1) or one of its tasks.
struct Item {
  int32_t id = -1;
  std::string state{};                  ///< Connect's own word
  std::string worker{};                 ///< "host:port"
  Truth owner_alive = Truth::kUnknown;  ///< its worker is in the workers' group
  Instant since{};                      ///< in this state
  uint64_t failures = 0;                ///< times it was seen to fail
  // Of a failed one:
  FailureClass failure = FailureClass::kUnknown;
  uint64_t fingerprint = 0;
  std::string root_cause{};

  bool failed() const { return state == "FAILED"; }
};

struct Connector {
  std::string name{};
  uint64_t life = 0;  ///< another one after it was deleted and made anew
  ConnectIntent intent = ConnectIntent::kUnknown;
  bool addressable = true;
  uint64_t config_hash = 0;   ///< 0: not told
  std::string untold{};       ///< why its state could not be read; empty: it could
  std::vector<Item> items{};  ///< itself first
  std::shared_ptr<const Chosen> chosen{};

  /// The newest request to restart it that Klaxon saw being written into Connect's config topic,
  /// by anybody: ConnectChange::sequence. 0: none, or the topic is not followed.
  uint64_t asked = 0;

  std::optional<Instant> moved{};  ///< its data moved last
  std::optional<int64_t> lag{};    ///< of a sink
  std::string red{};      ///< what it alone needs does not work: in words. Empty: nothing known
  bool disputed = false;  ///< workers tell different states of it
  bool ghost = false;     ///< claims to run on a worker that is gone
  bool zombie = false;
  bool zero_tasks = false;
  bool stuck_unassigned = false;
  bool sink = false;  ///< any of its tasks may be dealt any partition
  /// Of a failed one: where it stands; of a sink where it has more to read. Empty: not known.
  Positions positions{};

  bool failed() const;
  /// The item that speaks for it: itself if it failed, else the first task that did. Null: none.
  const Item* worst() const;
  /// Of what failed, the item whose class allows least: a restart of any is one of all. Null: none.
  const Item* strictest() const;
};

/// Where a restart is sent.
struct WorkerSite {
  std::string url{};
  std::string version{};
};

struct World {
  AnswerRef listed{};          ///< of the connectors; null: never
  std::string cluster_id{};    ///< of the Kafka cluster that Connect runs on; empty: not told
  bool group_known = false;    ///< the workers' group
  bool group_at_rest = false;  ///< Stable, and nothing waits for a lost worker
  std::string group_words{};   ///< what it is, or why it is not known
  WorkerSite post_to{};        ///< of the cluster's workers; no URL: see no_worker
  std::string no_worker{};     ///< why none can take a restart now; empty: one can
  std::string red{};  ///< what all of them depend on and does not work; empty: nothing known
  std::vector<Connector> connectors{};  ///< by name
};

/// What looking needs besides the view; confined to one thread.
struct Lens {
  const Classifier& classifier;
  SettingsBook& settings;
};

/// Takes from a view what recovery has to know of a Connect cluster.
World Look(const View& view, const ConnectPart& part, const Lens& lens);

}  // namespace klaxon::recovery
