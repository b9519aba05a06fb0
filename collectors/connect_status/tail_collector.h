#pragma once

#include <string>

#include "agent/kafka/topic_tail.h"
#include "agent/model/answer.h"
#include "collectors/collector.h"

namespace klaxon::connect_status_collector {

/// Follows one topic that a Connect cluster writes for itself. A poll waits for news and returns
/// with the first; it is begun again every kInterval. Without a group: nothing is committed, a
/// start reads the topic from its beginning.
class TailCollector : public Collector {
 public:
  TailCollector(std::string topic, kafka::RecordReaderOptions options);

  /// Facts are null until the topic was read to its end for the first time.
  Reading Poll(const PollContext& context) final;

 private:
  /// The topic is read from its beginning, not for the first time perhaps.
  virtual void Begin() = 0;
  /// True: it is news.
  virtual bool Take(const kafka::RecordView& record) = 0;
  /// All that there is was taken.
  virtual void Settle() = 0;
  /// Of what was known when Settle was called last; with this answer.
  virtual FactsRef Told(const AnswerRef& tailed) const = 0;

  kafka::TopicTail tail_;
  bool settled_ = false;  // once at least
  AnswerRef tailed_{};
};

}  // namespace klaxon::connect_status_collector
