#include "agent/http/lookup.h"

#include <netdb.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>

#include "agent/base/log.h"
#include "agent/base/mutex.h"
#include "agent/base/thread_name.h"

namespace klaxon::http {
namespace {

using Addresses = std::vector<SocketAddress>;

constexpr int kMostThreads = 8;

/// How many look-ups are under way in the program.
std::atomic<int>& Running() {
  static std::atomic<int> running{0};
  return running;
}

Result<Addresses> Ask(const HostPort& address, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(address.port);
  if (const int failure = ::getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found);
      failure != 0) {
    const std::string why = failure == EAI_SYSTEM ? std::generic_category().message(errno)
                                                  : std::string(::gai_strerror(failure));
    return Error(Reason::kUnreachable,
                 "the name " + address.host + " cannot be resolved (" + why + "); is it right?");
  }
  Addresses addresses;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    SocketAddress& added = addresses.emplace_back();
    added.size = each->ai_addrlen;
    std::memcpy(&added.storage, each->ai_addr, each->ai_addrlen);
  }
  ::freeaddrinfo(found);
  return addresses;
}

/// Where a thread leaves its answer, if anybody still waits for it.
struct Mailbox {
  Mutex mutex{};
  std::optional<Result<Addresses>> answer KLAXON_GUARDED_BY(mutex){};

  std::optional<Result<Addresses>> Read() {
    const Lock lock(mutex);
    return answer;
  }
};

bool StartThread(const HostPort& address, std::shared_ptr<Mailbox> mailbox,
                 std::function<void()> wake) {
  if (Running().fetch_add(1) < kMostThreads) {
    try {
      std::thread([address, mailbox = std::move(mailbox), wake = std::move(wake)] {
        NameThisThread("http-names");
        Result<Addresses> answer = Ask(address, 0);
        {
          const Lock lock(mailbox->mutex);
          mailbox->answer = std::move(answer);
        }
        --Running();
        wake();
      }).detach();
      return true;
    } catch (const std::system_error& failure) {
      log::Warning("http", "cannot start a thread to look up {}: {}", address.host, failure.what());
    }
  }
  --Running();
  return false;
}

}  // namespace

Result<Addresses> Lookup(const HostPort& address, Patience& patience) {
  if (Result<Addresses> literal = Ask(address, AI_NUMERICHOST)) return literal;
  auto mailbox = std::make_shared<Mailbox>();
  if (!StartThread(address, mailbox, patience.Waker())) {
    return Error(Reason::kInternal, "too many look-ups of names hang; is the name server down?");
  }
  while (true) {
    if (std::optional<Result<Addresses>> answer = mailbox->Read()) return *std::move(answer);
    switch (patience.WaitFor(-1, 0)) {
      case Patience::End::kReady:
        continue;
      case Patience::End::kStopped:
        return Error(Reason::kCancelled, "stopped");
      case Patience::End::kTimeout:
        return Error(Reason::kUnreachable, "the name server did not say in time where " +
                                               address.host + " is; does it answer?");
    }
  }
}

}  // namespace klaxon::http
