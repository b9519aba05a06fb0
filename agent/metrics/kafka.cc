#include <vector>

#include "agent/metrics/rows.h"

namespace klaxon::metrics {

Table KafkaTable() {
  static const std::vector<Metric> all = [] {
    std::vector<Metric> rows;
    for (const Table part : {KafkaClusterRows(), KafkaTopicRows(), KafkaGroupRows()}) {
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
  }();
  return all;
}

}  // namespace klaxon::metrics
