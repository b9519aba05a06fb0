#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/model/view.h"

/// The JSON documents under /api/klaxon/v1. What is not known now is null, and the object around it
/// has an `as_of` that says of when the last answer is and why there is no newer one:
///
///   {"source": "Metadata", "taken_at": "2026-01-31T12:00:00Z", "age_seconds": 3.2,
///    "fresh": true, "error": null}
///
/// Kafka clusters name their platforms (Connect clusters, schema registries, REST proxies,
/// ZooKeeper ensembles) under `platforms`, and each of those its Kafka under `kafka_cluster`.
///
/// Times are UTC. Lags are records. All functions are pure.
namespace klaxon::api {

/// {"clusters": [...]}: numbers of each Kafka cluster and its brokers, with how the polling goes.
std::string ClustersDocument(const View& view, const Instant& now);

/// {"groups": [...]}: every group with its lag a topic, by cluster and name. `cluster`: only of
/// that.
std::string GroupsDocument(const View& view, const Instant& now,
                           const std::optional<std::string>& cluster);

/// {"connectors": [...], "connect_clusters": [...]}: every connector with its tasks, root causes,
/// problems, progress and what recovery decided about it; every Connect cluster with its workers'
/// group. `ghost` and `zombie` are null where that cannot be judged, and so is `open` of a gate.
std::string ConnectorsDocument(const View& view, const Instant& now,
                               const std::optional<std::string>& cluster);

/// {"registries": [...], "subjects": [...]}: every schema registry with its nodes, and every
/// subject with its versions.
std::string SubjectsDocument(const View& view, const Instant& now,
                             const std::optional<std::string>& cluster);

/// {"rest_proxies": [...]}: every REST proxy with its nodes, and how they compare with Kafka.
std::string RestProxiesDocument(const View& view, const Instant& now,
                                const std::optional<std::string>& cluster);

/// {"ensembles": [...]}: every ZooKeeper ensemble with its servers; `stats` is null of a server
/// that does not serve.
std::string ZookeeperDocument(const View& view, const Instant& now,
                              const std::optional<std::string>& cluster);

/// {"topics": [...]}: every topic whose records are sampled: how keys and values carry their
/// schemas, counted by verdict, and what is wrong in words.
std::string RecordsDocument(const View& view, const Instant& now,
                            const std::optional<std::string>& cluster);

}  // namespace klaxon::api
