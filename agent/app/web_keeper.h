#pragma once

#include <memory>
#include <string>
#include <tuple>

#include "agent/app/web_settings.h"
#include "agent/base/result.h"
#include "agent/http/server.h"
#include "agent/http/tls_listener.h"

namespace klaxon::app {

/// Keeps a server at what its web configuration file says now. Used by one thread.
class WebKeeper {
 public:
  /// Reads the file. Error: its mistakes, one a line.
  static Result<WebKeeper> Load(const WebSettings& settings);

  const http::AccessRules& rules() const { return rules_; }

  /// Null: plain HTTP.
  const std::shared_ptr<http::TlsListener>& tls() const { return tls_; }

  /// Whether what the file and the certificates say now is what is in force.
  bool in_force() const;

  /// Says in the log what is accepted but may surprise.
  void Remark() const;

  /// Reads the file again if it has changed, and gives the server what it says; if it is wrong now
  /// the server keeps what it has, and the log says why. So it does when users or TLS are gone:
  /// that may be a file that is just being written, and nobody may be let in for that. A reload
  /// takes it.
  void Renew(http::Server& server);

 private:
  /// What tells one version of a file from the next: device, inode, size, times of change.
  using Stamp = std::tuple<uint64_t, uint64_t, int64_t, int64_t, int64_t, int64_t, int64_t>;

  explicit WebKeeper(WebSettings settings) : settings_(std::move(settings)) {}

  static Stamp StampOf(const std::string& file);
  Result<WebKeeper> LoadNext() const;

  WebSettings settings_{};
  Stamp stamp_{};
  http::WebConfig web_{};
  http::AccessRules rules_{};
  std::shared_ptr<http::TlsListener> tls_{};
  bool refused_ = false;  ///< the newest version of the file
};

}  // namespace klaxon::app
