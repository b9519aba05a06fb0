#include "exporters/status_page/records_section.h"

#include <algorithm>

#include <fmt/format.h>

#include "exporters/status_page/html.h"

namespace klaxon::status_page {
namespace {

constexpr size_t kTopicsShown = 50;
constexpr size_t kTroublesShown = 20;

using Judged = std::array<JudgedSample, kRecordParts>;

std::string_view KindOf(WireGrade grade) {
  switch (grade) {
    case WireGrade::kGood:
      return "good";
    case WireGrade::kPlain:
      return "plain";
    case WireGrade::kUnknown:
      return "unknown";
    case WireGrade::kBad:
      return "bad";
  }
  std::abort();
}

std::string Verdicts(const JudgedSample& judged) {
  std::string html;
  for (size_t i = 0; i < kWireKinds; ++i) {
    const auto kind = static_cast<WireKind>(i);
    if (judged.records.at(i) > 0) {
      std::string word(Name(kind));
      std::ranges::replace(word, '_', ' ');
      html += Badge(KindOf(GradeOf(kind)), fmt::format("{} {}", word, judged.records.at(i))) + " ";
    }
  }
  return html;
}

std::vector<std::string> TroublesOf(const SampledTopic& topic, const Judged& judged) {
  std::vector<std::string> all;
  for (const RecordPart part : {RecordPart::kKey, RecordPart::kValue}) {
    const size_t at = IndexOf(part);
    std::ranges::move(WireTroubles(topic.entity->name, part, topic.parts.at(at), judged.at(at)),
                      std::back_inserter(all));
  }
  return all;
}

std::string Row(const SampledTopic& topic, const Judged& judged, const Instant& now) {
  const bool known = IsFresh(topic.sampled, now);
  const auto told = [&](const std::string& html) {
    return known ? html : UnknownValue(topic.sampled);
  };
  return "<tr>" + Cell("Topic", fmt::format("<code>{}</code>", Escape(topic.entity->name))) +
         Cell("Keys", told(Verdicts(judged.at(IndexOf(RecordPart::kKey))))) +
         Cell("Values", told(Verdicts(judged.at(IndexOf(RecordPart::kValue))))) +
         Cell("Records", told(Grouped(static_cast<int64_t>(topic.records)))) +
         Cell("Age", AgeOf(topic.sampled, now)) + "</tr>\n";
}

}  // namespace

std::string RecordsSection(const RecordSamplesPart& part, const Instant& now) {
  std::string html = fmt::format(
      "<section>\n<h2>{} <span class=\"quiet\">how records carry their schemas, {}</span></h2>\n"
      "<table><thead><tr><th>Topic</th><th>Keys</th><th>Values</th><th>Records</th><th>Age</th>"
      "</tr></thead><tbody>\n",
      Escape(part.section.cluster), Counted(part.facts.topics.size(), "topic"));
  std::vector<size_t> order(part.facts.topics.size());
  for (size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  std::ranges::stable_partition(order, [&](size_t i) {
    return !TroublesOf(part.facts.topics[i], part.derived.topics[i]).empty();
  });
  for (size_t i = 0; i < std::min(order.size(), kTopicsShown); ++i) {
    html += Row(part.facts.topics[order[i]], part.derived.topics[order[i]], now);
  }
  html += "</tbody></table>\n";
  if (order.size() > kTopicsShown) {
    html += fmt::format("<p class=\"quiet\">{} more in /api/klaxon/v1/records</p>\n",
                        order.size() - kTopicsShown);
  }
  return html + "</section>\n";
}

std::vector<Trouble> RecordsTroubles(const RecordSamplesPart& part, const Instant& now) {
  std::vector<Trouble> troubles;
  for (size_t i = 0; i < part.facts.topics.size() && troubles.size() < kTroublesShown; ++i) {
    const SampledTopic& topic = part.facts.topics[i];
    if (!IsFresh(topic.sampled, now)) {
      continue;
    }
    for (std::string& words : TroublesOf(topic, part.derived.topics[i])) {
      troubles.push_back(
          {.severity = Severity::kAtRisk,
           .where = part.section.cluster,
           .what = std::move(words),
           .why = fmt::format("klaxon decode --topic {} shows such a record", topic.entity->name),
           .answer = topic.sampled});
    }
  }
  return troubles;
}

}  // namespace klaxon::status_page
