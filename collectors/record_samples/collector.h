#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/kafka/record_reader.h"
#include "agent/model/entity.h"
#include "agent/model/record_samples.h"
#include "collectors/collector.h"
#include "collectors/record_samples/config.h"
#include "collectors/record_samples/sample.h"

namespace klaxon::record_samples_collector {

/// Reads the newest records of chosen topics and keeps how they carry their schemas, as
/// RecordSampleFacts.
///
/// A poll connects, looks at `partitions` partitions at most, at eight of a topic (others the next
/// time), reads the newest `records` of each, and is gone again. It belongs to no group.
class RecordSamplesCollector final : public Collector {
 public:
  /// `options` for a reader; its bounds are set here.
  RecordSamplesCollector(Config config, kafka::RecordReaderOptions options);

  /// Facts are null until the topics were listed for the first time.
  Reading Poll(const PollContext& context) override;

 private:
  class Sampling;

  void List(const std::vector<kafka::TopicShape>& shapes, const PollContext& context,
            RecordSampleFacts& facts, Reading& reading);
  std::vector<kafka::ReadFrom> Choose(const std::vector<kafka::TopicShape>& shapes,
                                      const RecordSampleFacts& facts);
  Reading Finish(std::shared_ptr<RecordSampleFacts> facts, Reading reading);
  /// Nothing could be read: the old facts, with the reason.
  Reading Carry(const Error& error, Reading reading);

  const Config config_;
  const kafka::RecordReaderOptions options_;
  EntityTable entities_{};
  std::shared_ptr<const RecordSampleFacts> facts_{};  // of the poll before; null at first
  std::string last_{};                                // topic: the turn is at the one after it
  std::map<std::string, int32_t> begin_{};            // partition to begin with, by topic
  size_t rounds_ = 1;                                 // polls until every topic had its turn
};

}  // namespace klaxon::record_samples_collector
