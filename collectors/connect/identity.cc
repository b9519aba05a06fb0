#include "collectors/connect/identity.h"

#include <utility>

#include <fmt/format.h>

namespace klaxon::connect_collector {
namespace {

/// An id and who told it.
struct Word {
  const std::string& url;
  const std::string& id;
};

std::vector<Word> WordsOf(const std::vector<ToldCluster>& told) {
  std::vector<Word> words;
  for (const ToldCluster& each : told) {
    for (const std::string* id : {&each.before, &each.after}) {
      if (!id->empty()) {
        words.push_back({each.url, *id});
      }
    }
  }
  return words;
}

/// What two ids of one poll say against each other.
std::optional<Error> Contradiction(const std::vector<Word>& words) {
  for (const Word& word : words) {
    const Word& first = words.front();
    if (word.id == first.id) {
      continue;
    }
    return Error(Reason::kInvalid,
                 word.url == first.url
                     ? fmt::format("{} answered for Kafka cluster {} and then for {} within one "
                                   "poll; are two different clusters behind this address?",
                                   first.url, first.id, word.id)
                     : fmt::format("two different clusters: {} belongs to Kafka cluster {}, {} to "
                                   "{}; give the workers of one Connect cluster",
                                   first.url, first.id, word.url, word.id));
  }
  return std::nullopt;
}

}  // namespace

Result<void> ClusterIdentity::Take(const std::vector<ToldCluster>& told) {
  const std::vector<Word> words = WordsOf(told);
  if (words.empty()) {
    return doubt_ ? Result<void>(*doubt_) : Result<void>();
  }
  if (std::optional<Error> contradiction = Contradiction(words)) {
    candidate_.clear();
    doubt_ = std::move(contradiction);
    return *doubt_;
  }
  const auto& [url, id] = words.front();
  if (!doubt_ && (believed_.empty() || believed_ == id)) {
    believed_ = id;
    return {};
  }
  stood_ = candidate_ == id ? stood_ + 1 : 1;
  candidate_ = id;
  if (stood_ >= kPollsToBelieve) {
    if (!believed_.empty() && believed_ != id) {
      change_ = fmt::format(
          "{} belonged to Kafka cluster {} and now belongs to {}: it told nothing "
          "else for {} polls, and is taken for another Connect cluster",
          url, believed_, id, kPollsToBelieve);
    }
    believed_ = id;
    candidate_.clear();
    doubt_.reset();
    return {};
  }
  const bool other = !believed_.empty() && believed_ != id;
  doubt_ = Error(
      Reason::kInvalid,
      other
          ? fmt::format("{} answers for Kafka cluster {}, until now it was {}; are two different "
                        "clusters behind this address?",
                        url, id, believed_)
          : fmt::format("{} answered for several Kafka clusters a moment ago; it is believed when "
                        "{} has stood alone for {} polls",
                        url, id, kPollsToBelieve));
  return *doubt_;
}

std::optional<std::string> ClusterIdentity::TakeChange() {
  return std::exchange(change_, std::nullopt);
}

}  // namespace klaxon::connect_collector
