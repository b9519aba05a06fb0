#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/app/traffic_book.h"
#include "agent/base/clock.h"
#include "agent/config/yaml_map.h"
#include "agent/http/client.h"
#include "agent/recovery/policy.h"
#include "collectors/collector.h"

namespace klaxon::app {

/// What collectors are built from. All of it outlives them.
struct SourceDeps {
  Clock& clock;
  http::HttpClient& http;
  TrafficBook& traffic;  ///< makes Kafka clients
};

/// One configured source: everything needed to build its collector, without any I/O yet.
/// Immutable; thread-safe.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  virtual const CollectorPlace& place() const = 0;
  virtual std::unique_ptr<Collector> Make(const SourceDeps& deps) const = 0;

  /// How its connectors are recovered; null: it has none.
  virtual const recovery::Policy* policy() const { return nullptr; }

  /// What requests to its workers carry, recovery's too. `http` outlives it.
  virtual http::ClientAccess Access(http::HttpClient& http) const {
    static_cast<void>(http);
    return {};
  }

  /// Polls exactly alike: a reload keeps what is running.
  virtual bool SameAs(const Source& other) const = 0;
};

using SourceRef = std::shared_ptr<const Source>;

/// A Source over a collector's own configuration struct.
template <class Config>
class SourceOf : public Source {
 public:
  using Maker = std::unique_ptr<Collector> (*)(const CollectorPlace&, const Config&,
                                               const SourceDeps&);

  SourceOf(CollectorPlace place, Config config, Maker make)
      : place_(std::move(place)), config_(std::move(config)), make_(make) {}

  const CollectorPlace& place() const override { return place_; }

  const Config& config() const { return config_; }

  std::unique_ptr<Collector> Make(const SourceDeps& deps) const override {
    return make_(place_, config_, deps);
  }

  bool SameAs(const Source& other) const override {
    const auto* same_kind = dynamic_cast<const SourceOf*>(&other);
    return same_kind != nullptr && same_kind->place_.cluster == place_.cluster &&
           same_kind->place_.instance == place_.instance && same_kind->config_ == config_;
  }

 private:
  CollectorPlace place_;
  Config config_;
  Maker make_;
};

/// A line of the registry: a kind of source that a cluster in the configuration may have.
struct SourceKind {
  std::string_view key{};  ///< in the cluster's map, and the name of its sections
  /// Reads all sources of the kind that a cluster has. Mistakes go to the document. `earlier`:
  /// those of the kinds that are read before, of any cluster.
  std::vector<SourceRef> (*read)(config::YamlMap& cluster_map, const std::string& cluster,
                                 std::span<const SourceRef> earlier) = nullptr;
  bool first = false;  ///< read before the others, which may look at it; listed in its place
};

/// Every kind of source there is. An explicit table: a reader finds it, a linker keeps it.
std::span<const SourceKind> SourceKinds();

}  // namespace klaxon::app
