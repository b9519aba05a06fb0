#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/kafka/record_reader.h"

namespace klaxon::kafka {

/// Follows a topic from its beginning, all partitions, for as long as the program runs. Without a
/// group: nothing is committed. Confined to one thread.
class TopicTail {
 public:
  /// What is done with the topic.
  struct Reader {
    std::function<void()> begin{};                  ///< it is read from its beginning, maybe again
    std::function<bool(const RecordView&)> take{};  ///< true: it is news
  };

  TopicTail(std::string topic, RecordReaderOptions options);

  const std::string& topic() const { return topic_; }

  /// Takes what comes until `until`, or until there was news and the end is reached. Asks from time
  /// to time whether a quiet topic is still there, with leaders: up to 5 s more.
  /// Error: it cannot be read now; the next call tries again, after a while with a new connection.
  Result<void> Follow(const Reader& reader, Clock& clock, MonoTime until,
                      const std::stop_token& stop);

  /// All that there is was taken.
  bool AtEnd() const { return reader_ != nullptr && unread_.empty(); }

 private:
  Result<void> Open(const Reader& reader, Clock& clock, const std::stop_token& stop);
  Result<void> Read(const Reader& reader, Clock& clock, MonoTime until,
                    const std::stop_token& stop);
  Result<void> Prove(Clock& clock, const std::stop_token& stop);

  const std::string topic_;
  const RecordReaderOptions options_;
  std::unique_ptr<RecordReader> reader_{};  // null: begin anew
  std::set<int32_t> unread_{};              // partitions whose end was not reached yet
  int32_t partitions_ = 0;
  MonoTime proven_{};                  // when the topic was last asked for
  std::optional<MonoTime> failing_{};  // since when
};

}  // namespace klaxon::kafka
