#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/tls/client_context.h"

namespace klaxon::zookeeper_collector {

/// The four-letter words that Klaxon sends; no others. They change nothing and cost little
/// (`wchc`, `wchp`, `dump` and `cons` can stall a large server, `crst`, `srst` and `stmk` change
/// it).
enum class Word { kSrvr, kMntr, kConf, kIsro, kRuok };

/// Where a server listens for clients.
struct ClientPort {
  HostPort address{};
  std::shared_ptr<tls::ClientContext> tls{};  ///< null: it does not speak TLS
};

std::string_view Name(Word word);  ///< "srvr"

/// Sends a word on a connection of its own, as the protocol wants it, and reads the answer until
/// the server closes it: any bytes, at most 1 MiB. Errors, with the address in front: kUnreachable,
/// kTimeout, kBadAnswer (too long), kCancelled, and those of a TLS session.
Result<std::string> AskWord(const ClientPort& port, Word word, MonoTime deadline,
                            const std::stop_token& stop);

}  // namespace klaxon::zookeeper_collector
