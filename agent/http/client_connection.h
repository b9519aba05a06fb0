#pragma once

#include <memory>

#include "agent/base/result.h"
#include "agent/http/client.h"
#include "agent/http/patience.h"
#include "agent/http/proxy.h"
#include "agent/http/url.h"
#include "agent/tls/client_context.h"

namespace klaxon::http {

/// cpp-httplib's client for one origin: writes requests and reads answers over a connection that we
/// dial and wait on ourselves, because its own time limits are per read and its errors lose the
/// cause. Confined to one thread at a time.
class ClientConnection {
 public:
  /// `tls` null: http. `proxy` null: straight.
  ClientConnection(const Url& origin, std::shared_ptr<tls::ClientContext> tls,
                   std::shared_ptr<const Proxy> proxy);
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;
  ~ClientConnection();

  /// Whether a further request can go over the connection that the last one left open.
  bool Reusable() const;

  struct Outcome {
    Result<HttpResponse> response;
    bool untouched = false;  ///< not a byte of an answer came: on a used connection, try a new one
  };

  /// `login`: the value of Authorization; empty: none is sent.
  Outcome Send(const Url& url, const HttpRequest& request, const std::string& login,
               Patience& patience);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::http
