#include "collectors/kafka/permissions.h"

#include "agent/kafka/wire/messages/describe_cluster.h"

namespace klaxon::kafka_collector {
namespace {

constexpr Duration kCadence = std::chrono::minutes{1};
constexpr uint32_t kDescribe = 1U << 8U;  // AclOperation.DESCRIBE(8), as a bit (KIP-430)

}  // namespace

void ReadPermissions(Round& round) {
  Memory& memory = round.memory();
  const MonoTime now = round.Now().mono;
  if (!memory.permissions_read_at || now - *memory.permissions_read_at >= kCadence) {
    Calls<wire::DescribeClusterRequest> calls;
    const auto& call = Add(calls, kafka::kAnyBroker, wire::DescribeClusterRequest{});
    round.Exchange(calls);
    if (call.response() && call.response()->error_code == wire::ErrorCode::kNone) {
      memory.permissions_read_at = now;
      const int32_t allowed = call.response()->cluster_authorized_operations;
      memory.permissions.reset();
      if (allowed != wire::kOperationsNotAsked &&
          (static_cast<uint32_t>(allowed) & kDescribe) == 0) {
        memory.permissions =
            Error(Reason::kUnauthorized,
                  "no DESCRIBE on the cluster: groups that we may not describe are "
                  "missing without a trace; grant DESCRIBE on the cluster");
      }
    }
  }
  if (memory.permissions) {
    round.AddProblem("permissions", *memory.permissions);
  }
}

}  // namespace klaxon::kafka_collector
