#include "agent/model/record_samples.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace klaxon {

uint64_t JudgedSample::Of(WireGrade grade) const {
  uint64_t sum = 0;
  for (size_t i = 0; i < records.size(); ++i) {
    sum += GradeOf(static_cast<WireKind>(i)) == grade ? records[i] : 0;
  }
  return sum;
}

WireKind JudgedSample::MostFrequent() const {
  const auto most = std::ranges::max_element(records);
  return *most == 0 ? WireKind::kNull : static_cast<WireKind>(most - records.begin());
}

std::vector<std::string> WireTroubles(std::string_view topic, RecordPart part,
                                      const SampledPart& sampled, const JudgedSample& judged) {
  const uint64_t registered =
      judged.Of(WireGrade::kBad) + judged.records[IndexOf(WireKind::kKnown)];
  const uint64_t all = std::accumulate(judged.records.begin(), judged.records.end(), uint64_t{0});
  std::array<const WireFinding*, kWireKinds> worst{};  // of each kind, what most records have
  for (const WireFinding& finding : judged.findings) {
    const WireFinding*& best = worst.at(IndexOf(finding.verdict.kind));
    if (best == nullptr ||
        sampled.counts[finding.count].records > sampled.counts[best->count].records) {
      best = &finding;
    }
  }
  std::vector<std::pair<uint64_t, std::string>> troubles;
  for (size_t i = 0; i < kWireKinds; ++i) {
    const WireGrade grade = GradeOf(static_cast<WireKind>(i));
    const bool wrong = grade == WireGrade::kBad || (grade == WireGrade::kPlain && registered > 0);
    if (worst.at(i) == nullptr || !wrong) {
      continue;
    }
    const WireCount& count = sampled.counts[worst.at(i)->count];
    troubles.emplace_back(judged.records.at(i),
                          fmt::format("{} ({} of {} records sampled; partition {}, offset {})",
                                      Explain(fmt::format("{}-{}", topic, Name(part)), count.prefix,
                                              worst.at(i)->verdict),
                                      judged.records.at(i), all, count.partition, count.offset));
  }
  std::ranges::stable_sort(troubles, std::greater{}, &std::pair<uint64_t, std::string>::first);
  std::vector<std::string> sentences;
  sentences.reserve(troubles.size());
  for (auto& [records, sentence] : troubles) {
    sentences.push_back(std::move(sentence));
  }
  return sentences;
}

}  // namespace klaxon
