#include "agent/http/stats_book.h"

#include <algorithm>
#include <cstdlib>

namespace klaxon::http {

std::string_view Name(Rejection cause) {
  switch (cause) {
    case Rejection::kTooManyConnections:
      return "too_many_connections";
    case Rejection::kTooManyFromAddress:
      return "too_many_from_address";
    case Rejection::kSlow:
      return "slow";
    case Rejection::kTooLarge:
      return "too_large";
    case Rejection::kMalformed:
      return "malformed";
    case Rejection::kBusy:
      return "busy";
    case Rejection::kNoSuchPage:
      return "no_such_page";
    case Rejection::kNoLogin:
      return "no_login";
    case Rejection::kWrongLogin:
      return "wrong_login";
    case Rejection::kForbidden:
      return "forbidden";
    case Rejection::kTooOften:
      return "too_often";
    case Rejection::kNoTls:
      return "no_tls";
  }
  std::abort();
}

void StatsBook::Answered(const std::string& route, int status) {
  const Lock lock(mutex_);
  std::array<uint64_t, 6>& classes = stats_.answers[route];
  ++classes.at(static_cast<size_t>(std::clamp(status / 100, 0, 5)));
}

void StatsBook::Rejected(Rejection cause) {
  const Lock lock(mutex_);
  ++stats_.rejected.at(static_cast<size_t>(cause));
}

void StatsBook::HandlerFailed() {
  const Lock lock(mutex_);
  ++stats_.handler_failures;
}

void StatsBook::Sent(uint64_t bytes) {
  const Lock lock(mutex_);
  stats_.sent_bytes += bytes;
}

void StatsBook::Opened() {
  const Lock lock(mutex_);
  ++stats_.connections;
  ++stats_.open_connections;
}

void StatsBook::Closed() {
  const Lock lock(mutex_);
  --stats_.open_connections;
}

ServerStats StatsBook::Read() const {
  const Lock lock(mutex_);
  return stats_;
}

}  // namespace klaxon::http
