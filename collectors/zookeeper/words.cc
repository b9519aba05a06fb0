#include "collectors/zookeeper/words.h"

#include <cstdlib>
#include <vector>

#include "agent/http/patience.h"
#include "collectors/zookeeper/stream.h"

namespace klaxon::zookeeper_collector {
namespace {

constexpr size_t kLongest = size_t{1} << 20U;
constexpr size_t kChunk = size_t{16} * 1024;

Result<std::string> ReadToEnd(Stream& stream, Word word) {
  std::string answer;
  std::vector<char> chunk(kChunk);
  while (true) {
    const Result<size_t> count = stream.Receive(chunk);
    if (!count) {
      return count.error();
    }
    if (*count == 0) {
      return answer;
    }
    answer.append(chunk.data(), *count);
    if (answer.size() > kLongest) {
      return Error(Reason::kBadAnswer, "the answer to " + std::string(Name(word)) +
                                           " is longer than 1 MiB; is this ZooKeeper?");
    }
  }
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

Result<std::string> AskWord(const ClientPort& port, Word word, MonoTime deadline,
                            const std::stop_token& stop) {
  http::Patience patience(deadline, stop);
  Result<Stream> stream = Stream::Open(port.address, port.tls.get(), patience);
  // Without a line end: the server closes after four bytes, and a fifth that it did not read would
  // make that a reset, which can overtake the answer.
  const Result<void> sent = stream ? stream->Send(Name(word)) : stream.error();
  Result<std::string> answer = sent ? ReadToEnd(*stream, word) : Result<std::string>(sent.error());
  return answer ? std::move(answer) : answer.error().In(ToString(port.address));
}

}  // namespace klaxon::zookeeper_collector
