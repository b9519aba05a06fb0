#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/model/answer.h"
#include "agent/model/view.h"

/// What Klaxon exports: one file a subject with a table of metrics. A table knows nothing of its
/// readers: the text page and (later) the series store are two writers over the same tables.
namespace klaxon::metrics {

enum class MetricType { kGauge, kCounter };

std::string_view Name(MetricType type);  ///< "gauge", "counter": Prometheus' words

struct MetricInfo {
  std::string_view name{};
  std::string_view help{};  ///< one sentence, no full stop
  MetricType type = MetricType::kGauge;
  std::string_view
      unit{};  ///< base unit as in the name ("seconds", "bytes"), empty for plain counts
  std::span<const std::string_view> labels{};  ///< names, in the order of the values
  /// Whose answers it is made of, for the catalogue: it is absent while one of them is stale.
  std::string_view source{};
};

using LabelValues = std::span<const std::string_view>;

/// Takes what the tables emit. Families come one after the other, each contiguous.
class MetricWriter {
 public:
  MetricWriter() = default;
  MetricWriter(const MetricWriter&) = delete;
  MetricWriter& operator=(const MetricWriter&) = delete;
  virtual ~MetricWriter() = default;

  /// `info` and what it points to live until the next family or the end of the writing.
  virtual void BeginFamily(const MetricInfo& info) = 0;

  /// One sample of the family begun last. `values` in the order of its labels, as many; any bytes.
  virtual void Sample(LabelValues values, double value) = 0;

  /// Samples of this family whose first labels have these values exist but are not known now.
  /// `answer` is what they would be made of; null: it never came.
  virtual void Unknown(LabelValues first_values, const AnswerRef& answer) = 0;
};

/// What a row emits through: it writes what is fresh, and says of the rest that it is unknown.
class Emitter {
 public:
  Emitter(MetricWriter& writer, const Instant& now) : writer_(writer), now_(now) {}

  const Instant& now() const { return now_; }

  /// Whether what depends on `answer` may be emitted now. When not, tells the writer that the
  /// samples under `first_values` are unknown (unless the source never answered: then nobody knows
  /// which samples there would be, and the scope is what `first_values` says, e.g. the cluster).
  bool Known(const AnswerRef& answer, std::initializer_list<std::string_view> first_values) {
    // Thousands of partitions share one answer: its verdict is kept.
    if (answer == nullptr || answer.get() != last_) {
      last_ = answer.get();
      last_fresh_ = IsFresh(answer, now_);
    }
    if (!last_fresh_) {
      Unknown(answer, first_values);
    }
    return last_fresh_;
  }

  /// Says so of samples that cannot be told although the answer is fresh.
  void Unknown(const AnswerRef& answer, std::initializer_list<std::string_view> first_values) {
    writer_.Unknown({first_values.begin(), first_values.size()}, answer);
  }

  void Sample(std::initializer_list<std::string_view> values, double value) {
    writer_.Sample({values.begin(), values.size()}, value);
  }

 private:
  MetricWriter& writer_;
  Instant now_;
  const Answer* last_ = nullptr;
  bool last_fresh_ = false;
};

/// A row of a table: a metric and how it comes out of a view.
struct Metric {
  MetricInfo info{};
  void (*emit)(const View& view, Emitter& emitter) = nullptr;
};

using Table = std::span<const Metric>;

/// All rows of a table, each family once, in order, judged at `view.now`.
void Emit(Table table, const View& view, MetricWriter& writer);

/// Samples that exist but are not known now: a metric and the labels they share.
struct UnknownScope {
  std::string_view metric{};
  std::vector<std::pair<std::string_view, std::string>> labels{};

  friend bool operator==(const UnknownScope&, const UnknownScope&) = default;
};

/// Every scope that the tables cannot fill from this view, in the order of the tables.
std::vector<UnknownScope> UnknownScopes(std::span<const Table> tables, const View& view);

// The tables, one a source. Each belongs to the fragment of the page that is rendered when a
// section of its source changes.
Table KafkaTable();
Table ConnectTable();
Table RecoveryTable();
Table SchemaRegistryTable();
Table RestProxyTable();
Table ZookeeperTable();
Table RecordSamplesTable();
/// Which platform belongs to which Kafka; changes with every section, as the next.
Table PlatformTable();
/// How the polling goes (`klaxon_collector_*`); changes with every section.
Table AgentTable();

/// All of them, in the order of the page.
std::span<const Table> AllTables();

}  // namespace klaxon::metrics
