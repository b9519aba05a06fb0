#pragma once

#include <memory>
#include <utility>

#include "agent/model/connect_status.h"
#include "collectors/connect_status/config.h"
#include "collectors/connect_status/states.h"
#include "collectors/connect_status/tail_collector.h"

namespace klaxon::connect_status_collector {

/// Follows the status topic of a Connect cluster, as ConnectStatusFacts.
class ConnectStatusCollector final : public TailCollector {
 public:
  ConnectStatusCollector(const Config& config, kafka::RecordReaderOptions options)
      : TailCollector(config.status, std::move(options)) {}

 private:
  void Begin() override { states_ = {}; }

  bool Take(const kafka::RecordView& record) override {
    return record.key && states_.Apply(*record.key, record.value);
  }

  void Settle() override { table_ = states_.Table(); }

  FactsRef Told(const AnswerRef& tailed) const override {
    auto facts = std::make_shared<ConnectStatusFacts>();
    facts->table = table_;
    facts->tailed = tailed;
    facts->answers = {tailed};
    return facts;
  }

  States states_{};
  std::shared_ptr<const ConnectStatusTable> table_{};
};

}  // namespace klaxon::connect_status_collector
