#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "agent/model/connect_configs.h"
#include "collectors/connect_status/config.h"
#include "collectors/connect_status/configs.h"
#include "collectors/connect_status/tail_collector.h"

namespace klaxon::connect_status_collector {

/// Follows the config topic of a Connect cluster, as ConnectConfigFacts.
class ConnectConfigCollector final : public TailCollector {
 public:
  ConnectConfigCollector(const Config& config, kafka::RecordReaderOptions options)
      : TailCollector(config.config, std::move(options)) {}

 private:
  void Begin() override {
    if (configs_.settled()) {
      before_ = std::move(configs_);
    }
    configs_ = {};
  }

  bool Take(const kafka::RecordView& record) override {
    return record.key && configs_.Apply(*record.key, record.value, record.written);
  }

  void Settle() override {
    if (!configs_.settled()) {
      configs_.Settle(before_ ? &*before_ : nullptr);
      before_.reset();
    }
    published_ = configs_.Published();
  }

  FactsRef Told(const AnswerRef& tailed) const override {
    auto facts = std::make_shared<ConnectConfigFacts>();
    facts->configs = published_;
    facts->tailed = tailed;
    facts->answers = {tailed};
    return facts;
  }

  Configs configs_{};
  std::optional<Configs> before_{};  // as it was when the topic was begun anew
  std::shared_ptr<const ConnectConfigs> published_{};
};

}  // namespace klaxon::connect_status_collector
