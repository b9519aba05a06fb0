#include "collectors/zookeeper/parse_pieces.h"

#include <charconv>
#include <cmath>
#include <string>

#include "agent/base/text.h"

namespace klaxon::zookeeper_collector {

std::optional<double> NumberIn(std::string_view text) {
  double number = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, number);
  const bool whole = error == std::errc{} && stop == end && !text.empty();
  return whole && std::isfinite(number) && number >= 0 ? std::optional(number) : std::nullopt;
}

// The words are those of NettyServerCnxn and NIOServerCnxn alike.
std::optional<Error> NoAnswer(std::string_view answer) {
  if (answer.find("not currently serving requests") != std::string_view::npos) {
    return Error(Reason::kRefused,
                 "says that it is not currently serving requests; it has no quorum, or is "
                 "starting");
  }
  if (answer.find("not in the whitelist") != std::string_view::npos) {
    return Error(Reason::kUnauthorized,
                 "does not permit the word; add srvr, mntr, conf, isro and ruok to "
                 "4lw.commands.whitelist in its configuration, or give its AdminServer as admin");
  }
  return std::nullopt;
}

Error Odd(std::string_view word, std::string_view answer) {
  if (answer.empty()) {
    return {Reason::kBadAnswer, "closes the connection without an answer to " + std::string(word) +
                                    "; is this ZooKeeper's client port, and without TLS?"};
  }
  return {Reason::kBadAnswer, "answers " + std::string(word) +
                                  " not as ZooKeeper does, but: " + Printable(Trim(answer), 80)};
}

}  // namespace klaxon::zookeeper_collector
