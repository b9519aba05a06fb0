#pragma once

#include <string>
#include <vector>

#include "agent/kafka/wire/messages/list_groups.h"
#include "agent/model/kafka_facts.h"
#include "collectors/kafka/round.h"

namespace klaxon::kafka_collector {

/// A group in the making, between the stages that list, describe and fetch.
struct GroupWork {
  GroupFacts facts{};
  const GroupFacts* old = nullptr;  ///< the same group in the poll before
  bool kind_told = false;           ///< the broker says what kind it is (3.8 and later)
  bool ask = true;                  ///< false: nobody listed it now; everything is carried over
  bool moved = false;               ///< its coordinator says that it is not, any more
  bool described = false;           ///< the newest DescribeGroups answer had it
  bool fetched = false;             ///< the newest OffsetFetch answer had it
};

/// Takes over state and members of the poll before, with the reason why there is nothing newer.
void CarryDescription(Round& round, GroupWork& group, const Error& error);

/// Likewise the committed offsets.
void CarryCommits(Round& round, GroupWork& group, const Error& error);

/// A group that nobody listed, and that nobody who could have listed it denied.
GroupWork CarriedGroup(Round& round, const GroupFacts& old, const Error& error);

/// "consumer" as ListGroups 5 writes it. Empty and unheard-of words are kUnknown.
GroupKind ReadGroupKind(const std::string& type);

/// Every group of the poll before, when the poll ended before it came to groups.
void CarryGroups(Round& round, const Error& error);

/// Moves the groups into the facts.
void FinishGroups(Round& round, std::vector<GroupWork> groups);

}  // namespace klaxon::kafka_collector
