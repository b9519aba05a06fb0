#include "collectors/connect_status/tail_collector.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "collectors/connect_status/config.h"

namespace klaxon::connect_status_collector {
namespace {

using std::chrono::seconds;

constexpr Duration kGoodFor = seconds{15};
constexpr Duration kProveEvery = seconds{3};
constexpr Duration kPatience = seconds{5};         // of a connection, and of a question
constexpr Duration kLongestFailing = seconds{30};  // then a new connection, with certificates anew
constexpr size_t kAtOnce = 2'000;

kafka::RecordReaderOptions Bounded(kafka::RecordReaderOptions options) {
  constexpr size_t kMegabyte = size_t{1} << 20U;
  options.fetch_bytes = kMegabyte / 4;
  options.most_waiting = 8 * kMegabyte;
  options.bytes_per_second = 16 * kMegabyte;
  return options;
}

}  // namespace

TailCollector::TailCollector(std::string topic, kafka::RecordReaderOptions options)
    : topic_(std::move(topic)), options_(Bounded(std::move(options))) {
}

Result<void> TailCollector::Open(const PollContext& context) {
  Result<std::unique_ptr<kafka::RecordReader>> made =
      kafka::RecordReader::Make(options_, context.clock);
  if (!made) {
    return made.error();
  }
  const MonoTime deadline = context.clock.Now().mono + kPatience;
  const auto shapes = (*made)->Topics(topic_, deadline, context.stop);
  if (!shapes) {
    return shapes.error();
  }
  partitions_ = shapes->empty() ? 0 : shapes->front().partitions;
  std::vector<kafka::ReadFrom> from;
  unread_.clear();
  for (int32_t at = 0; at < partitions_; ++at) {
    from.push_back({.topic = topic_, .partition = at});
    unread_.insert(at);
  }
  Begin();
  proven_ = context.clock.Now().mono;
  reader_ = *std::move(made);
  return reader_->Assign(from);
}

Result<void> TailCollector::Follow(const PollContext& context) {
  const MonoTime until = context.clock.Now().mono + kInterval * 9 / 10;
  bool news = false;
  const auto take = [&](const kafka::RecordView& record) { news = Take(record) || news; };
  while (context.clock.Now().mono < until && !(news && unread_.empty())) {
    const Result<kafka::ReadProgress> progress = reader_->Read(take, kAtOnce, until, context.stop);
    if (!progress) {
      return progress.error();
    }
    for (const kafka::ReadProgress::End& end : progress->ended) {
      unread_.erase(end.at.partition);
    }
    if (!progress->failed.empty()) {
      reader_.reset();  // such as a topic that was made anew
      return progress->failed.front().error;
    }
  }
  return {};
}

Result<void> TailCollector::Prove(const PollContext& context) {
  const Instant now = context.clock.Now();
  if (now.mono - proven_ < kProveEvery) {
    return {};
  }
  const auto shapes = reader_->Topics(topic_, now.mono + kPatience, context.stop);
  if (!shapes) {
    return shapes.error();
  }
  proven_ = now.mono;
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

Reading TailCollector::Poll(const PollContext& context) {
  Result<void> done = reader_ == nullptr ? Open(context) : Result<void>();
  if (done) {
    done = Follow(context);
  }
  if (done && reader_ != nullptr) {
    done = Prove(context);
  }
  Reading reading;
  const Instant now = context.clock.Now();
  if (done) {
    failing_.reset();
    reading.answered = true;
    if (unread_.empty()) {
      Settle();
      settled_ = true;
      tailed_ = std::make_shared<const Answer>(
          Answer{.source = "topic " + topic_, .taken_at = now, .good_for = kGoodFor, .error = {}});
    }
  } else {
    failing_ = failing_.value_or(now.mono);
    if (now.mono - *failing_ > kLongestFailing) {
      reader_.reset();
      failing_.reset();
    }
    tailed_ = WithError(tailed_, done.error());
    reading.problems.push_back({.scope = "topic " + topic_, .error = done.error()});
  }
  if (settled_) {
    reading.facts = Told(tailed_);
  }
  return reading;
}

}  // namespace klaxon::connect_status_collector
