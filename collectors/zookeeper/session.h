#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "collectors/zookeeper/stream.h"

/// The little of ZooKeeper's own protocol (jute over length-prefixed frames) that reads three
/// nodes. Sources: apache/zookeeper 3.4 to 3.9, zookeeper.jute, ClientCnxn, ZooDefs.OpCode.
namespace klaxon::zookeeper_collector {

struct Node {
  std::string data{};
  WallTime modified{};
};

/// A session that can read, and nothing else: no message that writes exists here. It lives as long
/// as its stream; a server keeps an ended one no longer than its shortest session timeout.
///
/// Errors, without the address in front: those of Stream; kUnauthorized: the node's access list, or
/// a login that the server asks of everybody; kBadAnswer: not ZooKeeper's bytes. All counts and
/// lengths are checked before anything is allocated; a frame may be 1 MiB.
class Session {
 public:
  /// Opens a session, also on a server that serves readers only. `stream` outlives it.
  static Result<Session> Open(Stream& stream);

  /// Nothing: there is no such node.
  Result<std::optional<Node>> Get(std::string_view path);
  Result<std::optional<std::vector<std::string>>> Children(std::string_view path);

  /// Says goodbye, so that the session ends now. Best effort.
  void Close();

 private:
  explicit Session(Stream& stream) : stream_(&stream) {}

  Result<std::optional<std::string>> Call(int32_t type, std::string_view path);

  Stream* stream_;  // not null
  int32_t xid_ = 0;
};

}  // namespace klaxon::zookeeper_collector
