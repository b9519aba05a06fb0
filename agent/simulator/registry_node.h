#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/simulator/registry_state.h"

namespace klaxon::simulator {

/// What is wrong with a node's REST API.
struct RegistryFaults {
  Duration delay{};      ///< every answer comes so much later
  int status = 0;        ///< not 0: every answer is this error, with a registry's JSON
  int code = 0;          ///< its error_code; 0: the status
  bool html = false;     ///< answers are a proxy's HTML page with status 200
  size_t cut_at = 0;     ///< not 0: bodies end after so many bytes: JSON that stops midway
  bool deleted = false;  ///< only of what asks for what is deleted softly too
  std::string hidden{};  ///< not empty: every other list of subjects lacks names with this in them
  std::string only{};    ///< not empty: only of paths that have this in them; others are answered
};

/// A node of a schema registry on 127.0.0.1. Nodes share nothing: what should be the same on two is
/// changed on both. All members are thread-safe.
class RegistryNode {
 public:
  /// Answers from now on. Error: kUnreachable, no port can be had.
  static Result<std::unique_ptr<RegistryNode>> Start(RegistryState state);
  RegistryNode(const RegistryNode&) = delete;
  RegistryNode& operator=(const RegistryNode&) = delete;
  ~RegistryNode();

  /// "http://127.0.0.1:PORT", of Apicurio with "/apis/ccompat/v7" behind it.
  const std::string& url() const;

  void Change(const std::function<void(RegistryState&)>& change);
  void SetFaults(const RegistryFaults& faults);

  RegistryState Snapshot() const;

  /// Requests answered, errors included.
  uint64_t RequestCount() const;

 private:
  class Impl;
  explicit RegistryNode(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::simulator
