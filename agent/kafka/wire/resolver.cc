#include "agent/kafka/wire/resolver.h"

#include <netdb.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

#include "agent/base/thread_name.h"

namespace klaxon::kafka::wire {

namespace {

Result<Addresses> Ask(const std::string& host, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (failure != 0) {
    const int code = errno;
    return Error(Reason::kUnreachable, failure == EAI_SYSTEM ? std::generic_category().message(code)
                                                             : std::string(gai_strerror(failure)));
  }
  Addresses addresses;
  for (const addrinfo* item = found; item != nullptr; item = item->ai_next) {
    if (item->ai_addrlen <= sizeof(sockaddr_storage)) {
      SocketAddress address{.size = item->ai_addrlen};
      std::memcpy(&address.storage, item->ai_addr, item->ai_addrlen);
      addresses.push_back(address);
    }
  }
  freeaddrinfo(found);
  return addresses;
}

}  // namespace

std::optional<Result<Addresses>> Lookup::answer() const {
  const Lock lock(mutex_);
  return answer_;
}

void Lookup::Finish(Result<Addresses> answer) {
  const Lock lock(mutex_);
  answer_ = std::move(answer);
}

Result<Addresses> Resolver::AskSystem(const std::string& host) {
  return Ask(host, 0);
}

Resolver::Resolver(std::shared_ptr<Waker> waker, Service service)
    : shared_(std::make_shared<Shared>()) {
  shared_->waker = std::move(waker);
  shared_->service = std::move(service);
}

Resolver::~Resolver() {
  const Lock lock(shared_->mutex);
  shared_->waiting.clear();  // the threads end after what they are at
}

std::shared_ptr<const Lookup> Resolver::Resolve(const std::string& host) {
  auto lookup = std::make_shared<Lookup>(host);
  if (Result<Addresses> literal = Ask(host, AI_NUMERICHOST)) {
    lookup->Finish(std::move(literal));
    return lookup;
  }
  const Lock lock(shared_->mutex);
  if (const auto same = shared_->under_way.find(host); same != shared_->under_way.end()) {
    return same->second;
  }
  shared_->under_way.emplace(host, lookup);
  shared_->waiting.push_back(lookup);
  if (shared_->threads < kThreads) {
    try {
      std::thread([shared = shared_] { Work(shared); }).detach();
      ++shared_->threads;
    } catch (const std::system_error& failure) {
      shared_->waiting.pop_back();
      shared_->under_way.erase(host);
      lookup->Finish(Error(Reason::kInternal, failure.what()));
    }
  }
  return lookup;
}

void Resolver::Work(const std::shared_ptr<Shared>& shared) {
  NameThisThread("kafka:names");
  while (true) {
    std::shared_ptr<Lookup> lookup;
    {
      const Lock lock(shared->mutex);
      if (shared->waiting.empty()) {
        --shared->threads;
        return;
      }
      lookup = shared->waiting.front();
      shared->waiting.pop_front();
    }
    lookup->Finish(shared->service(lookup->host()));
    {
      const Lock lock(shared->mutex);
      shared->under_way.erase(lookup->host());
    }
    shared->waker->Wake();
  }
}

}  // namespace klaxon::kafka::wire
