#include "collectors/connect_status/tail_collector.h"

#include <utility>

#include "collectors/connect_status/config.h"

namespace klaxon::connect_status_collector {
namespace {

constexpr Duration kGoodFor = std::chrono::seconds{15};

}  // namespace

TailCollector::TailCollector(std::string topic, kafka::RecordReaderOptions options)
    : tail_(std::move(topic), std::move(options)) {
}

Reading TailCollector::Poll(const PollContext& context) {
  const MonoTime until = context.clock.Now().mono + kInterval * 9 / 10;
  const Result<void> done =
      tail_.Follow({.begin = [this] { Begin(); },
                    .take = [this](const kafka::RecordView& record) { return Take(record); }},
                   context.clock, until, context.stop);
  Reading reading;
  if (done) {
    reading.answered = true;
    if (tail_.AtEnd()) {
      Settle();
      settled_ = true;
      tailed_ = std::make_shared<const Answer>(Answer{.source = "topic " + tail_.topic(),
                                                      .taken_at = context.clock.Now(),
                                                      .good_for = kGoodFor,
                                                      .error = {}});
    }
  } else {
    tailed_ = WithError(tailed_, done.error());
    reading.problems.push_back({.scope = "topic " + tail_.topic(), .error = done.error()});
  }
  if (settled_) {
    reading.facts = Told(tailed_);
  }
  return reading;
}

}  // namespace klaxon::connect_status_collector
