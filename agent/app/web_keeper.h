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
  /// Reads the file. Error: its mistakes, one a line; a role for a user that there is not is one.
  static Result<WebKeeper> Load(const WebSettings& settings);

  /// The same for what runs. A role for nobody is only remarked, or a user who was deleted would
  /// stay for it. Error: also when all users are gone, or TLS is: a file may be half written, and
  /// nobody may be let in for that, so only a restart opens what is closed.
  Result<WebKeeper> Next(const WebSettings& settings) const;

  const http::AccessRules& rules() const { return rules_; }

  /// Null: plain HTTP.
  const std::shared_ptr<http::TlsListener>& tls() const { return tls_; }

  /// Whether what the file and the certificates say now is what is in force.
  bool in_force() const;

  /// Says in the log what is accepted but may surprise.
  void Remark() const;

  /// Reads the file again if it has changed, and gives the server what it says. If it is wrong now
  /// or Next refuses it, the server keeps what it has, and the log says why.
  void Renew(http::Server& server);

 private:
  /// What tells one version of a file from the next: device, inode, size, times of change.
  using Stamp = std::tuple<uint64_t, uint64_t, int64_t, int64_t, int64_t, int64_t, int64_t>;

  explicit WebKeeper(WebSettings settings) : settings_(std::move(settings)) {}

  static Stamp StampOf(const std::string& file);
  static Result<WebKeeper> Read(const WebSettings& settings);

  WebSettings settings_{};
  Stamp stamp_{};
  http::WebConfig web_{};
  http::AccessRules rules_{};
  std::shared_ptr<http::TlsListener> tls_{};
  std::string wrong_roles_{};
  bool refused_ = false;  ///< the newest version of the file
};

}  // namespace klaxon::app
