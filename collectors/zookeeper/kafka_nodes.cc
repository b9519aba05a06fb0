#include "collectors/zookeeper/kafka_nodes.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "collectors/zookeeper/session.h"

namespace klaxon::zookeeper_collector {
namespace {

using NodeJson = nlohmann::json;

constexpr size_t kLongestNode = size_t{64} * 1024;

Result<NodeJson> ObjectIn(std::string_view name, std::string_view data) {
  NodeJson document =
      data.size() > kLongestNode ? NodeJson(nullptr) : NodeJson::parse(data, nullptr, false);
  if (!document.is_object()) {
    return Error(Reason::kBadAnswer, fmt::format("{} does not hold what Kafka writes, but: {}",
                                                 name, Printable(data, 80)));
  }
  return document;
}

std::optional<int64_t> WholeIn(const NodeJson& document, const char* name) {
  const auto found = document.find(name);
  const bool whole = found != document.end() && found->is_number_integer();
  return whole ? std::optional(found->get<int64_t>()) : std::nullopt;
}

std::optional<int32_t> IdIn(std::string_view name) {
  int32_t id = 0;
  const auto [stop, error] = std::from_chars(name.data(), name.data() + name.size(), id);
  const bool whole = error == std::errc{} && stop == name.data() + name.size() && id >= 0;
  return whole ? std::optional(id) : std::nullopt;
}

/// One session's reads, one after the other; the first that fails ends them.
class KafkaNodes {
 public:
  KafkaNodes(Session& session, const std::string& chroot) : session_(session), chroot_(chroot) {}

  Result<ZookeeperKafka> Read() {
    Result<std::optional<Node>> id = Get("/cluster/id");
    Result<void> good = id ? Result<void>() : id.error();
    if (!good || !*id) {
      return good ? Result<ZookeeperKafka>(kafka_) : good.error();
    }
    good = TakeClusterId((*id)->data, kafka_);
    if (good) {
      good = ReadController();
    }
    if (good) {
      good = ReadMigration();
    }
    if (good) {
      good = ReadBrokers();
    }
    return good ? Result<ZookeeperKafka>(std::move(kafka_)) : good.error();
  }

 private:
  Result<std::optional<Node>> Get(const char* path) { return session_.Get(chroot_ + path); }

  Result<void> ReadController() {
    const Result<std::optional<Node>> node = Get("/controller");
    if (!node) {
      return node.error();
    }
    return *node ? TakeController((*node)->data, kafka_) : Result<void>();
  }

  Result<void> ReadMigration() {
    const Result<std::optional<Node>> node = Get("/migration");
    if (!node) {
      return node.error();
    }
    return *node ? TakeMigration((*node)->data, (*node)->modified, kafka_) : Result<void>();
  }

  Result<void> ReadBrokers() {
    const auto names = session_.Children(chroot_ + "/brokers/ids");
    if (!names) {
      return names.error();
    }
    if (*names) {
      for (const std::string& name : **names) {
        if (const std::optional<int32_t> id = IdIn(name)) {
          kafka_.brokers.push_back(*id);
        }
      }
      std::ranges::sort(kafka_.brokers);
    }
    return {};
  }

  Session& session_;
  const std::string& chroot_;
  ZookeeperKafka kafka_{};
};

}  // namespace

Result<void> TakeClusterId(std::string_view data, ZookeeperKafka& kafka) {
  const Result<NodeJson> document = ObjectIn("/cluster/id", data);
  if (!document) {
    return document.error();
  }
  const auto id = document->find("id");
  if (id == document->end() || !id->is_string()) {
    return Error(Reason::kBadAnswer, "/cluster/id holds no id");
  }
  kafka.cluster_id = Printable(id->get_ref<const std::string&>(), 60);
  return {};
}

Result<void> TakeController(std::string_view data, ZookeeperKafka& kafka) {
  const Result<NodeJson> document = ObjectIn("/controller", data);
  if (!document) {
    return document.error();
  }
  const std::optional<int64_t> id = WholeIn(*document, "brokerid");
  if (!id || *id < 0 || *id > std::numeric_limits<int32_t>::max()) {
    return Error(Reason::kBadAnswer, "/controller holds no brokerid");
  }
  kafka.controller = static_cast<int32_t>(*id);
  kafka.kraft = WholeIn(*document, "kraftControllerEpoch").value_or(-1) >= 0;
  return {};
}

Result<void> TakeMigration(std::string_view data, WallTime modified, ZookeeperKafka& kafka) {
  const Result<NodeJson> document = ObjectIn("/migration", data);
  if (!document) {
    return document.error();
  }
  kafka.migration_written = modified;
  kafka.migration_offset =
      std::max<int64_t>(-1, WholeIn(*document, "kraft_metadata_offset").value_or(-1));
  return {};
}

Result<ZookeeperKafka> ReadKafkaNodes(const ClientPort& port, const std::string& chroot,
                                      MonoTime deadline, const std::stop_token& stop) {
  http::Patience patience(deadline, stop);
  Result<Stream> stream = Stream::Open(port.address, port.tls.get(), patience);
  if (!stream) {
    return stream.error().In(ToString(port.address));
  }
  Result<Session> session = Session::Open(*stream);
  if (!session) {
    return session.error().In(ToString(port.address));
  }
  Result<ZookeeperKafka> kafka = KafkaNodes(*session, chroot).Read();
  session->Close();
  return kafka ? std::move(kafka)
               : Result<ZookeeperKafka>(kafka.error().In(ToString(port.address)));
}

}  // namespace klaxon::zookeeper_collector
