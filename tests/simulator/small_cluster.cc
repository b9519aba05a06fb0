#include "tests/simulator/small_cluster.h"

namespace klaxon::simulator {

ClusterSpec SmallSpec(int brokers) {
  ClusterSpec spec{.name = "small", .brokers = brokers};
  spec.topics = {{.name = "orders", .partitions = 4, .replication = brokers, .rate = 100},
                 {.name = "payments", .partitions = 2, .rate = 10}};
  spec.groups = {{.name = "billing", .topics = {"orders"}, .members = 2, .initial_lag = 50},
                 {.name = "audit",
                  .topics = {"orders", "payments"},
                  .members = 0,
                  .never_committed = 1,
                  .beyond_end = true},
                 {.name = "jobs", .kind = GroupKind::kShare, .topics = {"payments"}},
                 {.name = "workers", .kind = GroupKind::kConnect, .members = 2},
                 {.name = "modern", .kind = GroupKind::kConsumer, .topics = {"payments"}}};
  spec.timings.step = Duration{};
  spec.timings.session_timeout = Duration{};
  spec.timings.rejoin = Duration{};
  spec.timings.catch_up = Duration{};
  spec.timings.leader_balance = Duration{};
  return spec;
}

std::unique_ptr<Cluster> StartSmall(Clock& clock, int brokers) {
  Result<std::unique_ptr<Cluster>> cluster = Cluster::Start(SmallSpec(brokers), clock);
  REQUIRE(cluster);
  return std::move(*cluster);
}

}  // namespace klaxon::simulator
