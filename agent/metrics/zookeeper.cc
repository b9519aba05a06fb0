#include <string>
#include <vector>

#include "agent/metrics/rows.h"

/// ZooKeeper by server. `server` is the address in the configuration. What a
/// server told leaves as soon as it does not serve: nobody knows then what it holds.
namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 2> kServer{"cluster", "server"};
constexpr std::array<std::string_view, 3> kServerState{"cluster", "server", "state"};
constexpr std::array<std::string_view, 3> kServerMode{"cluster", "server", "mode"};
constexpr std::array<std::string_view, 3> kServerInfo{"cluster", "server", "version"};

constexpr std::array<std::string_view, 3> kStates{"serving", "not_serving", "unreachable"};
// QuorumPeer.getServerState and the servers' getState, ZooKeeper 3.4 to 3.9.
constexpr std::array<std::string_view, 5> kModes{"leader", "follower", "observer", "standalone",
                                                 "read-only"};

/// Makes a row of what one server emits.
template <void (*kEmit)(const ZookeeperPart&, const ZookeeperServerFacts&, Emitter&)>
void EachServer(const ZookeeperPart& part, Emitter& emitter) {
  for (const ZookeeperServerFacts& server : part.facts.servers) {
    kEmit(part, server, emitter);
  }
}

template <void (*kEmit)(const ZookeeperPart&, const ZookeeperServerFacts&, Emitter&)>
constexpr auto kEachServer = Each<EachServer<kEmit>>;

/// Whether what `answer` brought of a server may be emitted.
bool Told(const ZookeeperPart& part, const ZookeeperServerFacts& server, const AnswerRef& answer,
          Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  if (!server.Serves(emitter.now())) {
    emitter.Unknown(answer, {cluster, server.entity->name});
    return false;
  }
  return emitter.Known(answer, {cluster, server.entity->name});
}

void EmitIfTold(const ZookeeperPart& part, const ZookeeperServerFacts& server,
                std::optional<double> value, Emitter& emitter) {
  if (value) {
    emitter.Sample({part.section.cluster, server.entity->name}, *value);
  }
}

template <auto kMember>
void EmitStat(const ZookeeperPart& part, const ZookeeperServerFacts& server, Emitter& emitter) {
  if (Told(part, server, server.told, emitter)) {
    EmitIfTold(part, server, server.stats.*kMember, emitter);
  }
}

template <auto kMember>
void EmitMonitored(const ZookeeperPart& part, const ZookeeperServerFacts& server,
                   Emitter& emitter) {
  if (Told(part, server, server.monitored, emitter)) {
    EmitIfTold(part, server, server.monitor.*kMember, emitter);
  }
}

void EmitServerState(const ZookeeperPart& part, const ZookeeperServerFacts& server,
                     Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  const std::string& name = server.entity->name;
  if (!emitter.Known(server.polled, {cluster, name})) {
    return;
  }
  if (server.state == ZookeeperState::kUnknown) {
    emitter.Unknown(server.polled, {cluster, name});
    return;
  }
  EmitStates(kStates, Name(server.state), [&](std::string_view state, double value) {
    emitter.Sample({cluster, name, state}, value);
  });
}

template <auto kMember>
void EmitSetting(const ZookeeperPart& part, const ZookeeperServerFacts& server, Emitter& emitter) {
  if (Told(part, server, server.configured, emitter)) {
    EmitIfTold(part, server, server.settings.*kMember, emitter);
  }
}

/// Yes or no of the last poll, unknown if it is neither.
template <auto kMember>
void EmitPolled(const ZookeeperPart& part, const ZookeeperServerFacts& server, Emitter& emitter) {
  const std::string& cluster = part.section.cluster;
  if (!emitter.Known(server.polled, {cluster, server.entity->name})) {
    return;
  }
  if (!(server.*kMember)) {
    emitter.Unknown(server.polled, {cluster, server.entity->name});
    return;
  }
  EmitIfTold(part, server, *(server.*kMember) ? 1.0 : 0.0, emitter);
}

void EmitInfo(const ZookeeperPart& part, const ZookeeperServerFacts& server, Emitter& emitter) {
  if (Told(part, server, server.told, emitter)) {
    emitter.Sample({part.section.cluster, server.entity->name, server.stats.version}, 1);
  }
}

void EmitMode(const ZookeeperPart& part, const ZookeeperServerFacts& server, Emitter& emitter) {
  if (Told(part, server, server.told, emitter)) {
    EmitStates(kModes, server.stats.mode, [&](std::string_view mode, double value) {
      emitter.Sample({part.section.cluster, server.entity->name, mode}, value);
    });
  }
}

constexpr unsigned kEpochShift = 32;
constexpr uint64_t kCounterMask = 0xffffffffU;

void EmitEpoch(const ZookeeperPart& part, const ZookeeperServerFacts& server, Emitter& emitter) {
  if (Told(part, server, server.told, emitter) && server.stats.zxid) {
    EmitIfTold(part, server, static_cast<double>(*server.stats.zxid >> kEpochShift), emitter);
  }
}

void EmitCounter(const ZookeeperPart& part, const ZookeeperServerFacts& server, Emitter& emitter) {
  if (Told(part, server, server.told, emitter) && server.stats.zxid) {
    EmitIfTold(part, server, static_cast<double>(*server.stats.zxid & kCounterMask), emitter);
  }
}

constexpr std::string_view kPoll = "poll of a server";
constexpr std::string_view kSrvr = "srvr";
constexpr std::string_view kMntr = "mntr";
constexpr std::string_view kConf = "conf";

/// A row of one number a server.
constexpr Metric Number(std::string_view name, std::string_view help, std::string_view source,
                        void (*emit)(const View&, Emitter&), std::string_view unit = {}) {
  return {.info = {.name = name,
                   .help = help,
                   .type = name.ends_with("_total") ? MetricType::kCounter : MetricType::kGauge,
                   .unit = unit,
                   .labels = kServer,
                   .source = source},
          .emit = emit};
}

template <auto kMember>
constexpr auto kStat = kEachServer<EmitStat<kMember>>;
template <auto kMember>
constexpr auto kMonitored = kEachServer<EmitMonitored<kMember>>;

template <auto kMember>
constexpr auto kSetting = kEachServer<EmitSetting<kMember>>;

using Settings = ZookeeperSettings;
using Facts = ZookeeperServerFacts;
using Stats = ZookeeperStats;
using Monitor = ZookeeperMonitor;

constexpr std::array kRows{
    Metric{.info = {.name = "zookeeper_server_state",
                    .help = "1 for the state a server is in: serving, not_serving (it says so: no "
                            "quorum, or starting), unreachable; no series if it answers something "
                            "else",
                    .labels = kServerState,
                    .source = kPoll},
           .emit = kEachServer<EmitServerState>},
    Metric{.info = {.name = "zookeeper_server_mode",
                    .help = "1 for the mode of a server that serves, 0 for the others",
                    .labels = kServerMode,
                    .source = kSrvr},
           .emit = kEachServer<EmitMode>},
    Metric{.info = {.name = "zookeeper_server_info",
                    .help = "Version of a server; always 1",
                    .labels = kServerInfo,
                    .source = kSrvr},
           .emit = kEachServer<EmitInfo>},
    Number("zookeeper_server_alive",
           "1 if a ZooKeeper answers there, whether it serves or not, 0 if nothing does", kPoll,
           kEachServer<EmitPolled<&Facts::alive>>),
    Number("zookeeper_server_read_only",
           "1 if a server serves readers only, because it is cut off from its quorum", kPoll,
           kEachServer<EmitPolled<&Facts::read_only>>),
    Number("zookeeper_latency_min_seconds", "Shortest time a request took since the server started",
           kSrvr, kStat<&Stats::latency_min>, "seconds"),
    Number("zookeeper_latency_avg_seconds", "Mean time a request took since the server started",
           kSrvr, kStat<&Stats::latency_avg>, "seconds"),
    Number("zookeeper_latency_max_seconds", "Longest time a request took since the server started",
           kSrvr, kStat<&Stats::latency_max>, "seconds"),
    Number("zookeeper_packets_received_total", "Packets that a server received", kSrvr,
           kStat<&Stats::packets_received>),
    Number("zookeeper_packets_sent_total", "Packets that a server sent", kSrvr,
           kStat<&Stats::packets_sent>),
    Number("zookeeper_connections", "Open connections of clients, Klaxon's own among them", kSrvr,
           kStat<&Stats::connections>),
    Number("zookeeper_outstanding_requests", "Requests that wait for their answer", kSrvr,
           kStat<&Stats::outstanding>),
    Number("zookeeper_znodes", "Nodes of the tree", kSrvr, kStat<&Stats::znodes>),
    Number("zookeeper_zxid_epoch",
           "Epoch of the last transaction that a server knows; it grows with each election", kSrvr,
           kEachServer<EmitEpoch>),
    Number("zookeeper_zxid_transaction",
           "Number of the last transaction that a server knows within its epoch", kSrvr,
           kEachServer<EmitCounter>),
    Number("zookeeper_watches", "Watches that clients have set", kMntr,
           kMonitored<&Monitor::watches>),
    Number("zookeeper_ephemeral_znodes", "Nodes that go with their session", kMntr,
           kMonitored<&Monitor::ephemerals>),
    Number("zookeeper_sessions", "Sessions of the whole ensemble, as this server counts them",
           kMntr, kMonitored<&Monitor::sessions>),
    Number("zookeeper_data_size_bytes", "Size of the tree, about", kMntr,
           kMonitored<&Monitor::data_bytes>, "bytes"),
    Number("zookeeper_open_file_descriptors", "File descriptors that a server has open", kMntr,
           kMonitored<&Monitor::open_files>),
    Number("zookeeper_max_file_descriptors", "File descriptors that a server may have open", kMntr,
           kMonitored<&Monitor::max_files>),
    Number("zookeeper_uptime_seconds", "Time since a server began to serve", kMntr,
           kMonitored<&Monitor::uptime>, "seconds"),
    Number("zookeeper_voters", "Servers that vote, as a server of an ensemble counts them", kMntr,
           kMonitored<&Monitor::voters>),
    Number("zookeeper_learners", "Followers and observers connected to a leader", kMntr,
           kMonitored<&Monitor::learners>),
    Number("zookeeper_synced_followers", "Followers in sync with a leader", kMntr,
           kMonitored<&Monitor::synced_followers>),
    Number("zookeeper_synced_observers", "Observers in sync with a leader", kMntr,
           kMonitored<&Monitor::synced_observers>),
    Number("zookeeper_pending_syncs", "Calls of sync that a leader has not answered", kMntr,
           kMonitored<&Monitor::pending_syncs>),
    Number("zookeeper_elections_total", "Times a server looked for a leader", kMntr,
           kMonitored<&Monitor::elections>),
    Number("zookeeper_election_seconds_total", "Time a server spent in elections that ended", kMntr,
           kMonitored<&Monitor::election_sum>, "seconds"),
    Number("zookeeper_fsync_seconds_total",
           "Time a server spent in fsync of its log; with zookeeper_fsyncs_total, the mean", kMntr,
           kMonitored<&Monitor::fsync_sum>, "seconds"),
    Number("zookeeper_fsyncs_total", "Calls of fsync of the log", kMntr,
           kMonitored<&Monitor::fsync_count>),
    Number("zookeeper_fsync_max_seconds",
           "Longest fsync since the server started; not told with the Prometheus provider", kMntr,
           kMonitored<&Monitor::fsync_max>, "seconds"),
    Number("zookeeper_server_id", "Number of a server in its ensemble; 0 if it stands alone", kConf,
           kSetting<&Settings::id>),
    Number("zookeeper_tick_seconds", "Unit of time of a server", kConf, kSetting<&Settings::tick>,
           "seconds"),
    Number("zookeeper_init_limit_seconds",
           "How long a follower may take to connect to a leader and to sync", kConf,
           kSetting<&Settings::init_limit>, "seconds"),
    Number("zookeeper_sync_limit_seconds", "How far a follower may lag behind a leader", kConf,
           kSetting<&Settings::sync_limit>, "seconds"),
    Number("zookeeper_session_timeout_min_seconds", "Shortest timeout a session may have", kConf,
           kSetting<&Settings::session_timeout_min>, "seconds"),
    Number("zookeeper_session_timeout_max_seconds", "Longest timeout a session may have", kConf,
           kSetting<&Settings::session_timeout_max>, "seconds"),
    Number("zookeeper_max_connections_per_client",
           "Connections that one client address may have; 0: any number", kConf,
           kSetting<&Settings::max_connections>),
    Number("zookeeper_data_dir_bytes", "Size of the folder of snapshots", kConf,
           kSetting<&Settings::data_bytes>, "bytes"),
    Number("zookeeper_log_dir_bytes", "Size of the folder of the transaction log", kConf,
           kSetting<&Settings::log_bytes>, "bytes"),
};

}  // namespace

Table ZookeeperTable() {
  static const std::vector<Metric> all = [] {
    const Table ensemble = ZookeeperEnsembleRows();
    std::vector<Metric> rows(ensemble.begin(), ensemble.end());
    rows.insert(rows.end(), kRows.begin(), kRows.end());
    return rows;
  }();
  return all;
}

}  // namespace klaxon::metrics
