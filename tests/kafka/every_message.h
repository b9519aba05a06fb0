#pragma once

#include <cstddef>

#include "agent/kafka/wire/messages/api_versions.h"
#include "agent/kafka/wire/messages/consumer_group_describe.h"
#include "agent/kafka/wire/messages/describe_cluster.h"
#include "agent/kafka/wire/messages/describe_configs.h"
#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/kafka/wire/messages/describe_quorum.h"
#include "agent/kafka/wire/messages/fetch.h"
#include "agent/kafka/wire/messages/find_coordinator.h"
#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/kafka/wire/messages/list_offsets.h"
#include "agent/kafka/wire/messages/metadata.h"
#include "agent/kafka/wire/messages/offset_fetch.h"
#include "agent/kafka/wire/messages/sasl_authenticate.h"
#include "agent/kafka/wire/messages/sasl_handshake.h"

namespace klaxon::kafka::wire {

/// A list of request types, to be spread over a template.
template <class... Requests>
struct RequestList {
  static constexpr size_t kCount = sizeof...(Requests);

  /// Calls `visit.template operator()<Request>()` for each of them.
  template <class Visit>
  static void ForEach(Visit visit) {
    (visit.template operator()<Requests>(), ...);
  }
};

/// A new message is added here once; the tests, fuzzers and the scripted server follow.
using EveryRequest = RequestList<ApiVersionsRequest, MetadataRequest, DescribeClusterRequest,
                                 DescribeQuorumRequest, ListOffsetsRequest, ListGroupsRequest,
                                 DescribeGroupsRequest, FindCoordinatorRequest, OffsetFetchRequest,
                                 DescribeConfigsRequest, ConsumerGroupDescribeRequest, FetchRequest,
                                 SaslHandshakeRequest, SaslAuthenticateRequest>;

}  // namespace klaxon::kafka::wire
