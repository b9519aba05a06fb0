#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/model/view.h"

/// Which Connect cluster, schema registry, REST proxy and ZooKeeper ensemble belongs to which Kafka
/// cluster: the way from a broker to a connector, and back.
namespace klaxon {

/// How it is known.
enum class LinkedBy : uint8_t {
  kClusterId,      ///< both tell the same id, or the platform tells one that nobody watched has
  kConfiguration,  ///< it does not tell, and stands under the same cluster in the configuration
};

/// "cluster_id", "configuration".
std::string_view Name(LinkedBy by);

struct PlatformLink {
  const Section* platform = nullptr;  ///< never null; its `collector` is "connect", ...
  const Section* kafka = nullptr;     ///< null: its Kafka is not watched, or not known
  std::string cluster_id{};           ///< of that Kafka; never empty
  LinkedBy by = LinkedBy::kClusterId;
  /// Of the id: what the platform told, else Kafka's own metadata.
  AnswerRef answer{};
};

/// Those that are known now, in the order of the view. A REST proxy is linked by the id of its
/// nodes if all that tell one agree; an id that not all of them tell links it only where it is
/// configured, or where no Kafka is known under its own configuration. REQUIRES: the view outlives
/// them. Pure.
std::vector<PlatformLink> PlatformLinksOf(const View& view, const Instant& now);

}  // namespace klaxon
