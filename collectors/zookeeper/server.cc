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
  return parsed ? std::move(parsed) : Result<T>(parsed.error().In(ToString(server)));
}

/// Whether the error is that the word is not in the whitelist; if so it is noted.
bool NoteRefusal(Word word, const Error& error, Telling& telling) {
  if (error.reason() != Reason::kUnauthorized) {
    return false;
  }
  telling.refused.emplace_back(Name(word));
  return true;
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

Server::Server(ClientPort port, std::string admin, http::HttpClient& http,
               http::ClientAccess access)
    : port_(std::move(port)), admin_(std::move(admin)), http_(&http), access_(std::move(access)) {
  while (admin_.ends_with('/')) {
    admin_.pop_back();
  }
}

Telling Server::Ask(const PollContext& context, Duration patience, bool conf) const {
  Telling telling;
  telling.at = context.clock.Now();
  const MonoTime began = telling.at.mono;
  const MonoTime deadline = std::min(context.deadline, began + patience);
  // A silent answer must leave time for what is asked instead.
  const Duration quarter = (deadline - began) / 4;
  AskWords(telling, began + (admin_.empty() ? 3 : 2) * quarter, context.stop);
  const bool missing = (!telling.srvr && Mendable(telling.srvr.error())) ||
                       (telling.srvr && !telling.mntr && Mendable(telling.mntr.error()));
  if (missing && !admin_.empty()) {
    AskAdmin(telling, began + 3 * quarter, context.stop);
  }
  if (!telling.srvr && Mendable(telling.srvr.error()) &&
      telling.srvr.error().reason() != Reason::kUnreachable) {
    AskForLife(telling, deadline, context.stop);
  }
  if (conf && telling.srvr) {
    AskSettings(telling, deadline, context.stop);
  }
  return telling;
}

void Server::AskWords(Telling& telling, MonoTime deadline, const std::stop_token& stop) const {
  telling.srvr = Read(port_.address, AskWord(port_, Word::kSrvr, deadline, stop), ParseSrvr);
  if (!telling.srvr && !NoteRefusal(Word::kSrvr, telling.srvr.error(), telling)) {
    telling.mntr = telling.srvr.error();
    return;
  }
  telling.mntr = Read(port_.address, AskWord(port_, Word::kMntr, deadline, stop), ParseMntr);
  if (!telling.mntr) {
    NoteRefusal(Word::kMntr, telling.mntr.error(), telling);
  } else if (!telling.srvr) {
    telling.srvr = telling.mntr->stats;
  }
}

void Server::AskForLife(Telling& telling, MonoTime deadline, const std::stop_token& stop) const {
  telling.isro = Read(port_.address, AskWord(port_, Word::kIsro, deadline, stop), ParseIsro);
  if (*telling.isro || telling.isro->error().reason() == Reason::kRefused) {
    return;
  }
  NoteRefusal(Word::kIsro, telling.isro->error(), telling);
  telling.ruok = Read(port_.address, AskWord(port_, Word::kRuok, deadline, stop), ParseRuok);
  if (!*telling.ruok) {
    NoteRefusal(Word::kRuok, telling.ruok->error(), telling);
  }
}

void Server::AskSettings(Telling& telling, MonoTime deadline, const std::stop_token& stop) const {
  telling.conf = Read(port_.address, AskWord(port_, Word::kConf, deadline, stop), ParseConf);
  if (*telling.conf || !Mendable(telling.conf->error())) {
    return;
  }
  NoteRefusal(Word::kConf, telling.conf->error(), telling);
  if (!admin_.empty()) {
    const Result<std::string> body = FromAdmin("configuration", deadline, stop);
    Result<ZookeeperSettings> parsed =
        body ? ParseAdminConfiguration(*body) : Result<ZookeeperSettings>(body.error());
    telling.conf = parsed ? std::move(parsed) : parsed.error().In(admin_);
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
  const Result<std::string> body = FromAdmin("monitor", deadline, stop);
  if (!body) {
    return body.error();
  }
  Result<Monitored> parsed = ParseAdminMonitor(*body);
  return parsed ? std::move(parsed) : parsed.error().In(admin_);
}

Result<std::string> Server::FromAdmin(const std::string& command, MonoTime deadline,
                                      const std::stop_token& stop) const {
  const http::HttpRequest request{.url = admin_ + "/commands/" + command,
                                  .headers = {{"Accept", "application/json"}},
                                  .access = access_,
                                  .max_body = kLongestDocument};
  Result<http::HttpResponse> response = http_->Get(request, deadline, stop);
  if (!response) {
    return response.error();
  }
  if (response->status == kServerError) {
    // Measured, 3.8.4: monitor fails with a NullPointerException while there is no quorum.
    return Error(Reason::kRefused, fmt::format("{} answers 500 to {}, as a server does that has no "
                                               "quorum",
                                               admin_, command));
  }
  if (response->status != kOk) {
    return Error(Reason::kBadAnswer,
                 fmt::format("{} answers {} to /commands/{}; is this the AdminServer?", admin_,
                             response->status, command));
  }
  return std::move(response->body);
}

}  // namespace klaxon::zookeeper_collector
