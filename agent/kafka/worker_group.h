#pragma once

#include "agent/kafka/wire/messages/describe_groups.h"
#include "agent/model/worker_group_facts.h"

/// Reads the bytes that the members of a worker group leave with their coordinator. They are as
/// hostile as any: bounded, and what cannot be read is said in `misread` and left out.
namespace klaxon::kafka {

/// Of a group of protocol type "connect", versions 0 to 2 of its protocol. Never fails; a member
/// whose bytes do not fit is there without what they would tell.
ConnectGroupFacts ReadConnectGroup(const wire::DescribeGroupsResponse::Group& group);

/// Of a group of protocol type "sr": JSON.
RegistryGroupFacts ReadRegistryGroup(const wire::DescribeGroupsResponse::Group& group);

}  // namespace klaxon::kafka
