#include "collectors/zookeeper/server.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace klaxon::zookeeper_collector {
namespace {

constexpr int kOk = 200;
constexpr int kServerError = 500;
constexpr size_t kLongestDocument = size_t{1} << 20U;

template <class T>
Result<T> Read(const HostPort& server, const Result<std::string>& answer,
               Result<T> (*parse)(std::string_view)) {
  if (!answer) {
    return answer.error();
  }
  Result<T> parsed = parse(*answer);
  return parsed ? std::move(parsed) : parsed.error().In(ToString(server));
}

/// Whether an AdminServer may know more. A server that serves nobody says so by itself.
bool Mendable(const Error& error) {
  return error.reason() != Reason::kRefused && error.reason() != Reason::kCancelled;
}

/// The words failed and the AdminServer too: what it says of not serving tells most.
Error Both(const Error& words, const Error& admin) {
  return admin.reason() == Reason::kRefused
             ? admin
             : Error(words.reason(), words.message() + "; asked instead: " + admin.message());
}

}  // namespace

Server::Server(HostPort address, std::string admin, http::HttpClient& http,
               http::ClientAccess access)
    : address_(std::move(address)),
      admin_(std::move(admin)),
      http_(&http),
      access_(std::move(access)) {
  while (admin_.ends_with('/')) {
    admin_.pop_back();
  }
}

Telling Server::Ask(const PollContext& context, Duration patience) const {
  Telling telling;
  telling.at = context.clock.Now();
  const MonoTime began = telling.at.mono;
  const MonoTime deadline = std::min(context.deadline, began + patience);
  // A silent port must leave time for the AdminServer.
  AskWords(telling, admin_.empty() ? deadline : began + (deadline - began) / 2, context.stop);
  const bool missing = (!telling.srvr && Mendable(telling.srvr.error())) ||
                       (telling.srvr && !telling.mntr && Mendable(telling.mntr.error()));
  if (missing && !admin_.empty()) {
    AskAdmin(telling, deadline, context.stop);
  }
  return telling;
}

void Server::AskWords(Telling& telling, MonoTime deadline, const std::stop_token& stop) const {
  const auto refused = [&](Word word, const Error& error) {
    if (error.reason() == Reason::kUnauthorized) {
      telling.refused.emplace_back(Name(word));
    }
  };
  telling.srvr = Read(address_, AskWord(address_, Word::kSrvr, deadline, stop), ParseSrvr);
  if (!telling.srvr) {
    refused(Word::kSrvr, telling.srvr.error());
    if (telling.refused.empty()) {
      telling.mntr = telling.srvr.error();
      return;
    }
  }
  telling.mntr = Read(address_, AskWord(address_, Word::kMntr, deadline, stop), ParseMntr);
  if (!telling.mntr) {
    refused(Word::kMntr, telling.mntr.error());
  } else if (!telling.srvr) {
    telling.srvr = telling.mntr->stats;
  }
}

void Server::AskAdmin(Telling& telling, MonoTime deadline, const std::stop_token& stop) const {
  const Result<Monitored> monitored = Monitor(deadline, stop);
  if (monitored) {
    telling.mntr = *monitored;
    telling.srvr = telling.srvr ? std::move(telling.srvr) : monitored->stats;
    return;
  }
  if (!telling.srvr) {
    telling.srvr = Both(telling.srvr.error(), monitored.error());
  }
  // Whoever configures an AdminServer wants to know that it does not answer.
  telling.mntr = monitored.error();
}

Result<Monitored> Server::Monitor(MonoTime deadline, const std::stop_token& stop) const {
  const http::HttpRequest request{.url = admin_ + "/commands/monitor",
                                  .headers = {{"Accept", "application/json"}},
                                  .access = access_,
                                  .max_body = kLongestDocument};
  const Result<http::HttpResponse> response = http_->Get(request, deadline, stop);
  if (!response) {
    return response.error();
  }
  if (response->status == kServerError) {
    // Measured, 3.8.4: monitor fails with a NullPointerException while there is no quorum.
    return Error(Reason::kRefused,
                 admin_ + " answers 500 to monitor, as a server does that has no quorum");
  }
  if (response->status != kOk) {
    return Error(Reason::kBadAnswer,
                 fmt::format("{} answers {} to /commands/monitor; is this the AdminServer?", admin_,
                             response->status));
  }
  Result<Monitored> parsed = ParseAdminMonitor(response->body);
  return parsed ? std::move(parsed) : parsed.error().In(admin_);
}

}  // namespace klaxon::zookeeper_collector
