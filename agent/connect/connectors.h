#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/result.h"
#include "agent/connect/digest.h"
#include "agent/model/connect_facts.h"

/// The list of connectors, as `GET /connectors?expand=status&expand=info` sends it (Kafka 2.3 and
/// later, KIP-465), and the status of one (ConnectorStateInfo), read out of hostile bytes. Pure.
namespace klaxon::connect {

/// What Connect says of one connector. Of its facts, those that do not come from its status and
/// configuration are empty, and so is its entity.
struct NamedConnector {
  std::string name{};  ///< as it is, any characters
  ConnectorFacts facts{};
};

/// The last whole list, so that a connector of which the next one says the same, byte for byte, is
/// not read again. Confined to one thread.
class ConnectorsMemory {
 public:
  /// Connectors of the last list that were known from the one before.
  size_t reused() const { return reused_; }

 private:
  friend class ConnectorsReader;

  struct Known {
    uint64_t digest = 0;
    size_t size = 0;  // bytes
    NamedConnector connector{};
  };

  Digester digester_{};
  std::vector<Known> known_{};  // in the order of the list
  size_t reused_ = 0;
};

/// Reads the list as its bytes come. Stack traces are cut to what is kept of them on the way, and
/// configurations to what may be known: a body of 80 MB needs little more memory than what comes
/// out of it.
class ConnectorsReader {
 public:
  /// `memory` may be null, and outlives it.
  explicit ConnectorsReader(ConnectorsMemory* memory = nullptr);
  ConnectorsReader(const ConnectorsReader&) = delete;
  ConnectorsReader& operator=(const ConnectorsReader&) = delete;
  ~ConnectorsReader();

  /// False: something is wrong, no more is wanted.
  bool Feed(std::string_view bytes);

  /// The end of the body: the connectors by name. Those that have no status yet are missing
  /// (compare with ParseNames) or have an empty state. Error: kBadAnswer, what is wrong and where.
  Result<std::vector<NamedConnector>> Finish();

  /// What came is a list of names: a worker older than 2.3, which ignores `expand`.
  bool is_names() const;

 private:
  struct Impl;
  class Book;
  std::unique_ptr<Impl> impl_;
};

/// A whole body at once.
Result<std::vector<NamedConnector>> ParseConnectors(std::string_view body);

/// `GET /connectors/{name}/status`. `name`: whose it must be; empty: it is not looked at.
Result<ConnectorFacts> ParseStatus(std::string_view body, std::string_view connector_class,
                                   std::string_view name = "");

/// `GET /connectors/{name}/config`: fills class, kind and configuration of facts whose type is
/// known.
Result<void> ParseConfig(std::string_view body, NamedConnector& connector);

}  // namespace klaxon::connect
