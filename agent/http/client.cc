#include "agent/http/client.h"

#include <algorithm>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/http/bearer.h"
#include "agent/http/client_connection.h"
#include "agent/http/field.h"
#include "agent/http/login.h"
#include "agent/http/proxy.h"
#include "agent/http/status.h"

namespace klaxon::http {
namespace {

constexpr size_t kIdleConnections = 16;                   // all origins together
constexpr Duration kIdleTime = std::chrono::seconds{20};  // Jetty, in Connect, closes after 30 s

bool SendableHeaders(const HeaderList& headers) {
  return std::all_of(headers.begin(), headers.end(), [](const auto& header) {
    return IsToken(header.first) && IsFieldValue(header.second);
  });
}

class RealHttpClient final : public HttpClient {
 public:
  Result<HttpResponse> Send(const HttpRequest& request, MonoTime deadline,
                            const std::stop_token& stop) override {
    const Result<Url> url = ParseUrl(request.url);
    if (!url) return url.error();
    if (!IsToken(request.method) || !SendableHeaders(request.headers) ||
        !SendableHeaders(request.access.headers)) {
      return Error(Reason::kInvalid,
                   url->ForPeople() + ": the method or a request header cannot be sent");
    }
    Patience patience(deadline, stop);
    Result<HttpResponse> response = Authorize(*url, request, patience, stop);
    if (!response) return response.error().In(url->ForPeople());
    return response;
  }

 private:
  /// What a connection can be used for.
  struct Route {
    std::string origin{};
    std::shared_ptr<tls::ClientContext> tls{};  ///< whom it trusts, and whose certificate it shows
    std::shared_ptr<const Proxy> proxy{};

    friend bool operator==(const Route&, const Route&) = default;
  };

  struct Idle {
    Route route{};
    MonoTime since{};
    std::unique_ptr<ClientConnection> connection{};
  };

  /// Finds out what to log in with, and tells the source of a token that it was refused.
  Result<HttpResponse> Authorize(const Url& url, const HttpRequest& request, Patience& patience,
                                 const std::stop_token& stop) {
    const ClientAccess& access = request.access;
    if (access.bearer == nullptr) {
      const std::string login =
          access.username.empty() ? "" : BasicAuthorization(access.username, access.password);
      return Exchange(url, request, login, patience);
    }
    const Result<BearerToken> token = access.bearer->Token(patience.deadline(), stop);
    if (!token) return token.error().In("no token");
    Result<HttpResponse> response =
        Exchange(url, request, "Bearer " + token->value.Reveal(), patience);
    if (response && response->status == kUnauthorized) access.bearer->Refused(token->value);
    return response;
  }

  Route RouteOf(const Url& url, const ClientAccess& access) const {
    const bool straight = access.proxy == nullptr || Excepts(*access.proxy, url.host, url.port);
    return {.origin = url.Origin(),
            .tls = url.scheme != "https" ? nullptr
                   : access.tls          ? access.tls
                                         : system_trust_,
            .proxy = straight ? nullptr : access.proxy};
  }

  Result<HttpResponse> Exchange(const Url& url, const HttpRequest& request,
                                const std::string& login, Patience& patience) {
    const Route route = RouteOf(url, request.access);
    // A kept connection may be closed while a request is under way, and then nobody knows whether
    // it was heeded: only what may be asked twice goes over one (RFC 9110 section 9.2.2).
    const bool repeatable = request.method == "GET" || request.method == "HEAD";
    if (std::unique_ptr<ClientConnection> used = repeatable ? Take(route) : nullptr) {
      ClientConnection::Outcome outcome = used->Send(url, request, login, patience);
      const bool closed_meanwhile = !outcome.response && outcome.untouched &&
                                    outcome.response.error().reason() == Reason::kUnreachable;
      if (!closed_meanwhile) {
        Keep(route, std::move(used));
        return std::move(outcome.response);
      }
    }
    auto fresh = std::make_unique<ClientConnection>(url, route.tls, route.proxy);
    ClientConnection::Outcome outcome = fresh->Send(url, request, login, patience);
    Keep(route, std::move(fresh));
    return std::move(outcome.response);
  }

  /// An open connection to the origin, or nothing.
  std::unique_ptr<ClientConnection> Take(const Route& route) {
    const MonoTime now = std::chrono::steady_clock::now();
    std::vector<Idle> dropped;  // closed after the lock
    const Lock lock(mutex_);
    for (size_t i = idle_.size(); i-- > 0;) {
      const bool usable = idle_[i].connection->Reusable() && now - idle_[i].since < kIdleTime;
      if (usable && idle_[i].route != route) continue;
      Idle found = std::move(idle_[i]);
      idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
      if (usable) return std::move(found.connection);
      dropped.push_back(std::move(found));
    }
    return nullptr;
  }

  void Keep(const Route& route, std::unique_ptr<ClientConnection> connection) {
    if (!connection->Reusable()) return;
    const Lock lock(mutex_);
    if (idle_.size() >= kIdleConnections) idle_.erase(idle_.begin());
    idle_.push_back({.route = route,
                     .since = std::chrono::steady_clock::now(),
                     .connection = std::move(connection)});
  }

  const std::shared_ptr<tls::ClientContext> system_trust_ =
      std::make_shared<tls::ClientContext>(tls::ClientOptions{}, "http");
  Mutex mutex_{};
  std::vector<Idle> idle_ KLAXON_GUARDED_BY(mutex_){};  ///< oldest first
};

}  // namespace

std::unique_ptr<HttpClient> MakeHttpClient() {
  return std::make_unique<RealHttpClient>();
}

}  // namespace klaxon::http
