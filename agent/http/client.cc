#include "agent/http/client.h"

#include <algorithm>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/http/client_connection.h"
#include "agent/http/field.h"

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
  Result<HttpResponse> Get(const HttpRequest& request, MonoTime deadline,
                           const std::stop_token& stop) override {
    const Result<Url> url = ParseUrl(request.url);
    if (!url) return url.error();
    if (url->scheme == "https") {
      return Error(Reason::kUnsupported,
                   url->ForPeople() + ": https is not supported yet, only http");
    }
    if (!SendableHeaders(request.headers)) {
      return Error(Reason::kInvalid, url->ForPeople() + ": a request header has a line end in it");
    }
    Patience patience(deadline, stop);
    Result<HttpResponse> response = Exchange(*url, request, patience);
    if (!response) return response.error().In(url->ForPeople());
    return response;
  }

 private:
  struct Idle {
    std::string origin{};
    MonoTime since{};
    std::unique_ptr<ClientConnection> connection{};
  };

  Result<HttpResponse> Exchange(const Url& url, const HttpRequest& request, Patience& patience) {
    const std::string origin = url.Origin();
    if (std::unique_ptr<ClientConnection> used = Take(origin)) {
      ClientConnection::Outcome outcome = used->Get(url, request, patience);
      const bool closed_meanwhile = !outcome.response && outcome.untouched &&
                                    outcome.response.error().reason() == Reason::kUnreachable;
      if (!closed_meanwhile) {
        Keep(origin, std::move(used));
        return std::move(outcome.response);
      }
    }
    auto fresh = std::make_unique<ClientConnection>(url);
    ClientConnection::Outcome outcome = fresh->Get(url, request, patience);
    Keep(origin, std::move(fresh));
    return std::move(outcome.response);
  }

  /// An open connection to the origin, or nothing.
  std::unique_ptr<ClientConnection> Take(const std::string& origin) {
    const MonoTime now = std::chrono::steady_clock::now();
    std::vector<Idle> dropped;  // closed after the lock
    const Lock lock(mutex_);
    for (size_t i = idle_.size(); i-- > 0;) {
      const bool usable = idle_[i].connection->Reusable() && now - idle_[i].since < kIdleTime;
      if (usable && idle_[i].origin != origin) continue;
      Idle found = std::move(idle_[i]);
      idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
      if (usable) return std::move(found.connection);
      dropped.push_back(std::move(found));
    }
    return nullptr;
  }

  void Keep(const std::string& origin, std::unique_ptr<ClientConnection> connection) {
    if (!connection->Reusable()) return;
    const Lock lock(mutex_);
    if (idle_.size() >= kIdleConnections) idle_.erase(idle_.begin());
    idle_.push_back({.origin = origin,
                     .since = std::chrono::steady_clock::now(),
                     .connection = std::move(connection)});
  }

  Mutex mutex_{};
  std::vector<Idle> idle_ KLAXON_GUARDED_BY(mutex_){};  ///< oldest first
};

}  // namespace

std::unique_ptr<HttpClient> MakeHttpClient() {
  return std::make_unique<RealHttpClient>();
}

}  // namespace klaxon::http
