#include "collectors/zookeeper/words.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

#include "agent/http/dial.h"
#include "agent/http/patience.h"

namespace klaxon::zookeeper_collector {
namespace {

using http::Patience;

constexpr size_t kLongest = size_t{1} << 20U;
constexpr size_t kChunk = size_t{16} * 1024;

Error Broken(Word word) {
  return {Reason::kUnreachable, "the connection was reset before the answer to " +
                                    std::string(Name(word)) + " was whole"};
}

/// Waits for more; an error when there will be none.
Result<void> Wait(int socket, Word word, Patience& patience) {
  switch (patience.WaitFor(socket, POLLIN)) {
    case Patience::End::kReady:
      return {};
    case Patience::End::kStopped:
      return Error(Reason::kCancelled, "stopped");
    case Patience::End::kTimeout:
      return Error(Reason::kTimeout, "no whole answer to " + std::string(Name(word)) +
                                         " in time; is it overloaded, or "
                                         "is this another program's port?");
  }
  std::abort();
}

Result<std::string> ReadAll(int socket, Word word, Patience& patience) {
  std::string answer;
  std::vector<char> chunk(kChunk);
  while (true) {
    const ssize_t count = ::recv(socket, chunk.data(), chunk.size(), 0);
    if (count == 0) {
      return answer;
    }
    if (count > 0) {
      answer.append(chunk.data(), static_cast<size_t>(count));
      if (answer.size() > kLongest) {
        return Error(Reason::kBadAnswer, "the answer to " + std::string(Name(word)) +
                                             " is longer than 1 MiB; is this ZooKeeper?");
      }
      continue;
    }
    if (errno == EINTR) {
      continue;
    }
    if (errno != EAGAIN) {
      return Broken(word);
    }
    if (const Result<void> more = Wait(socket, word, patience); !more) {
      return more.error();
    }
  }
}

Result<std::string> Ask(const HostPort& server, Word word, Patience& patience) {
  const Result<Descriptor> socket = http::Dial(server, patience);
  if (!socket) {
    return socket.error();
  }
  // Without a line end: the server closes after four bytes, and a fifth that it did not read would
  // make that a reset, which can overtake the answer.
  const std::string_view name = Name(word);
  const ssize_t sent = ::send(socket->get(), name.data(), name.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(name.size())) {
    return Broken(word);
  }
  return ReadAll(socket->get(), word, patience);
}

}  // namespace

std::string_view Name(Word word) {
  switch (word) {
    case Word::kSrvr:
      return "srvr";
    case Word::kMntr:
      return "mntr";
    case Word::kConf:
      return "conf";
    case Word::kIsro:
      return "isro";
    case Word::kRuok:
      return "ruok";
  }
  std::abort();
}

Result<std::string> AskWord(const HostPort& server, Word word, MonoTime deadline,
                            const std::stop_token& stop) {
  Patience patience(deadline, stop);
  Result<std::string> answer = Ask(server, word, patience);
  return answer ? std::move(answer) : answer.error().In(ToString(server));
}

}  // namespace klaxon::zookeeper_collector
