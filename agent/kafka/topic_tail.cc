#include "agent/kafka/topic_tail.h"

#include <utility>

#include <fmt/format.h>

namespace klaxon::kafka {
namespace {

using std::chrono::seconds;

constexpr Duration kProveEvery = seconds{3};
constexpr Duration kTailPatience = seconds{5};     // of a connection, and of a question
constexpr Duration kLongestFailing = seconds{30};  // then a new connection, with certificates anew
constexpr size_t kAtOnce = 2'000;

RecordReaderOptions BoundedForTail(RecordReaderOptions options) {
  constexpr size_t kMegabyte = size_t{1} << 20U;
  options.fetch_bytes = kMegabyte / 4;
  options.most_waiting = 8 * kMegabyte;
  options.bytes_per_second = 16 * kMegabyte;
  return options;
}

}  // namespace

TopicTail::TopicTail(std::string topic, RecordReaderOptions options)
    : topic_(std::move(topic)), options_(BoundedForTail(std::move(options))) {
}

Result<void> TopicTail::Open(const Reader& reader, Clock& clock, const std::stop_token& stop) {
  Result<std::unique_ptr<RecordReader>> made = RecordReader::Make(options_, clock);
  if (!made) {
    return made.error();
  }
  const auto shapes = (*made)->Topics(topic_, clock.Now().mono + kTailPatience, stop);
  if (!shapes) {
    return shapes.error();
  }
  partitions_ = shapes->empty() ? 0 : shapes->front().partitions;
  std::vector<ReadFrom> from;
  unread_.clear();
  for (int32_t at = 0; at < partitions_; ++at) {
    from.push_back({.topic = topic_, .partition = at});
    unread_.insert(at);
  }
  reader.begin();
  proven_ = clock.Now().mono;
  reader_ = *std::move(made);
  return reader_->Assign(from);
}

Result<void> TopicTail::Read(const Reader& reader, Clock& clock, MonoTime until,
                             const std::stop_token& stop) {
  bool news = false;
  const auto take = [&](const RecordView& record) { news = reader.take(record) || news; };
  while (clock.Now().mono < until && !(news && unread_.empty())) {
    const bool began = unread_.empty();
    const Result<ReadProgress> progress = reader_->Read(take, kAtOnce, until, stop);
    if (!progress) {
      return progress.error();
    }
    for (const ReadProgress::End& end : progress->ended) {
      unread_.erase(end.at.partition);
    }
    if (!progress->failed.empty()) {
      reader_.reset();  // such as a topic that was made anew
      return progress->failed.front().error;
    }
    if (!began && unread_.empty()) {
      return {};  // read to its end for the first time: that is news too
    }
  }
  return {};
}

Result<void> TopicTail::Prove(Clock& clock, const std::stop_token& stop) {
  const MonoTime now = clock.Now().mono;
  if (now - proven_ < kProveEvery) {
    return {};
  }
  const auto shapes = reader_->Topics(topic_, now + kTailPatience, stop);
  if (!shapes) {
    return shapes.error();
  }
  proven_ = now;
  if (shapes->empty() || shapes->front().partitions != partitions_) {
    reader_.reset();
    return Error(Reason::kRefused, "the topic has another number of partitions now");
  }
  if (shapes->front().leaderless > 0) {
    return Error(Reason::kRefused,
                 fmt::format("{} of its partitions have no leader", shapes->front().leaderless));
  }
  return {};
}

Result<void> TopicTail::Follow(const Reader& reader, Clock& clock, MonoTime until,
                               const std::stop_token& stop) {
  Result<void> done = reader_ == nullptr ? Open(reader, clock, stop) : Result<void>();
  if (done) {
    done = Read(reader, clock, until, stop);
  }
  if (done && reader_ != nullptr) {
    done = Prove(clock, stop);
  }
  if (done) {
    failing_.reset();
    return done;
  }
  const MonoTime now = clock.Now().mono;
  failing_ = failing_.value_or(now);
  if (now - *failing_ > kLongestFailing) {
    reader_.reset();
    failing_.reset();
  }
  return done;
}

}  // namespace klaxon::kafka
