#include <algorithm>

#include "exporters/api/json.h"

namespace klaxon::api {

Json KafkaOf(const std::vector<PlatformLink>& links, const Section& platform) {
  const auto link = std::ranges::find(links, &platform, &PlatformLink::platform);
  if (link == links.end()) {
    return nullptr;
  }
  return {{"cluster", link->kafka == nullptr ? Json(nullptr) : Text(link->kafka->cluster)},
          {"cluster_id", Text(link->cluster_id)},
          {"known_by", Name(link->by)}};
}

Json PlatformsOf(const std::vector<PlatformLink>& links, const Section& kafka) {
  Json platforms = Json::array();
  for (const PlatformLink& link : links) {
    if (link.kafka == &kafka) {
      platforms.push_back({{"platform", Text(link.platform->collector)},
                           {"cluster", Text(link.platform->cluster)},
                           {"name", TextOrNull(link.platform->instance)},
                           {"known_by", Name(link.by)}});
    }
  }
  return platforms;
}

}  // namespace klaxon::api
