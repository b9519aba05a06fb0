#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/kafka/record_reader.h"
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

  Result<void> Open(const PollContext& context);
  Result<void> Follow(const PollContext& context);
  /// A quiet topic tells nothing: asks from time to time whether it is still there, with leaders.
  Result<void> Prove(const PollContext& context);

  const std::string topic_;
  const kafka::RecordReaderOptions options_;
  std::unique_ptr<kafka::RecordReader> reader_{};  // null: begin anew
  std::set<int32_t> unread_{};                     // partitions whose end was not reached yet
  int32_t partitions_ = 0;
  MonoTime proven_{};                  // when the topic was last asked for
  std::optional<MonoTime> failing_{};  // since when
  bool settled_ = false;               // once at least
  AnswerRef tailed_{};
};

}  // namespace klaxon::connect_status_collector
