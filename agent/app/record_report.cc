#include "agent/app/record_report.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/duration.h"
#include "agent/base/text.h"

namespace klaxon::app {
namespace {

using Json = nlohmann::ordered_json;
using State = SchemaStanding::State;

constexpr size_t kLongestSchema = 20'000;

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(byte));
  }
  return text;
}

/// Cuts the head of a part into segments.
class Cutter {
 public:
  explicit Cutter(std::string_view head) : left_(head) {}

  void Cut(size_t size, std::string meaning) {
    const std::string_view bytes = left_.substr(0, size);
    left_.remove_prefix(bytes.size());
    if (!bytes.empty()) {
      segments_.push_back({.hex = Hex(bytes), .meaning = std::move(meaning)});
    }
  }

  /// `more`: bytes follow that are not shown.
  std::vector<Segment> Finish(std::string rest, bool more) && {
    Cut(left_.size(), std::move(rest));
    if (more && !segments_.empty()) {
      segments_.back().hex += " ...";
    }
    return std::move(segments_);
  }

  std::string_view left() const { return left_; }

 private:
  std::string_view left_;
  std::vector<Segment> segments_{};
};

void CutId(const JudgedPart& part, Cutter& cutter) {
  const WireKind kind = part.verdict.kind;
  const int64_t meant = part.verdict.meant;
  if (kind == WireKind::kNumber) {
    cutter.Cut(part.prefix.size, "a number");
    return;
  }
  if (kind == WireKind::kMissingByte) {
    cutter.Cut(4, fmt::format("id {}, without a magic byte", meant));
    return;
  }
  cutter.Cut(1, "magic byte");
  if (kind == WireKind::kEightByteId) {
    cutter.Cut(8, fmt::format("id {} in 8 bytes", meant));
  } else if (kind == WireKind::kLittleEndian) {
    cutter.Cut(4, fmt::format("id {}; little-endian {}", part.prefix.id, meant));
  } else if (kind == WireKind::kExtraByte) {
    cutter.Cut(1, "a byte too many");
    cutter.Cut(4, fmt::format("id {}", meant));
  } else {
    cutter.Cut(4, fmt::format("id {}", part.prefix.id));
  }
  if (kind != WireKind::kBadIndexes && part.verdict.type == "PROTOBUF") {
    cutter.Cut(MessageIndexesAt(cutter.left()).value_or(0), "message indexes");
  }
}

Json SchemaJson(const FoundSchema& schema) {
  if (schema.text.empty()) {
    return nullptr;
  }
  Json versions = Json::array();
  for (const auto& [subject, version] : schema.versions) {
    versions.push_back({{"subject", ToUtf8(subject)}, {"version", version}});
  }
  return {{"id", schema.id < 0 ? Json(nullptr) : Json(schema.id)},
          {"type", ToUtf8(schema.standing.type)},
          {"deleted", schema.standing.state == State::kSoftDeleted},
          {"versions", std::move(versions)},
          {"schema", ToUtf8(schema.text)}};
}

std::string SubjectOf(const JudgedRecord& record, RecordPart part) {
  return fmt::format("{}-{}", record.topic, Name(part));
}

std::string SchemaLines(const FoundSchema& schema) {
  if (schema.text.empty()) {
    return "";
  }
  std::string versions;
  for (const auto& [subject, version] : schema.versions) {
    versions += fmt::format(", {} version {}", Printable(subject), version);
  }
  std::string lines = fmt::format("  schema {}{}{}\n", Printable(schema.standing.type), versions,
                                  schema.standing.state == State::kSoftDeleted ? ", deleted" : "");
  const std::string_view text = std::string_view(schema.text).substr(0, kLongestSchema);
  for (const std::string_view line : Split(text, '\n')) {
    lines += fmt::format("  {}\n", Printable(line, kLongestSchema));
  }
  return lines;
}

std::string PartLines(const JudgedRecord& record, const JudgedPart& part) {
  const WirePrefix& prefix = part.prefix;
  std::string lines = prefix.shape == WireShape::kNull
                          ? fmt::format("{}: null\n", Name(part.part))
                          : fmt::format("{}: {} byte{}\n", Name(part.part), prefix.size,
                                        prefix.size == 1 ? "" : "s");
  if (prefix.in_header) {
    lines += fmt::format("  header {}: {}\n", SchemaIdHeader(part.part),
                         prefix.shape == WireShape::kGuid       ? "GUID " + prefix.guid
                         : prefix.shape == WireShape::kSchemaId ? fmt::format("id {}", prefix.id)
                                                                : "neither id nor GUID");
  }
  for (const Segment& segment : SegmentsOf(part)) {
    lines += segment.meaning.empty() ? fmt::format("  {}\n", segment.hex)
                                     : fmt::format("  {:<24}  {}\n", segment.hex, segment.meaning);
  }
  return lines +
         fmt::format("  -> {}\n",
                     Printable(Explain(SubjectOf(record, part.part), prefix, part.verdict))) +
         SchemaLines(part.schema);
}

}  // namespace

std::vector<Segment> SegmentsOf(const JudgedPart& part) {
  const WirePrefix& prefix = part.prefix;
  Cutter cutter(prefix.head);
  constexpr size_t kGuid = 16;
  if (!prefix.in_header && prefix.shape == WireShape::kSchemaId) {
    CutId(part, cutter);
  } else if (!prefix.in_header && prefix.shape == WireShape::kGuid) {
    cutter.Cut(1, "magic byte of a GUID");
    cutter.Cut(kGuid, "GUID " + prefix.guid);
  } else if (prefix.shape == WireShape::kGlue) {
    cutter.Cut(1, "magic byte of AWS Glue");
    cutter.Cut(1, prefix.head[1] == 0 ? "not compressed" : "compressed");
    cutter.Cut(kGuid, "schema version " + prefix.guid);
  }
  const bool plain = GradeOf(part.verdict.kind) == WireGrade::kPlain;
  return std::move(cutter).Finish(plain ? "" : "payload", prefix.size > prefix.head.size());
}

std::string RecordLines(const JudgedRecord& record) {
  std::string lines = fmt::format(
      "{} partition {} offset {}{}\n", Printable(record.topic), record.partition, record.offset,
      record.written ? ", written " + FormatWallTime(*record.written) : "");
  for (const JudgedPart& part : record.parts) {
    lines += PartLines(record, part);
  }
  return lines;
}

std::string RecordAsJson(const JudgedRecord& record) {
  Json document{{"topic", ToUtf8(record.topic)},
                {"partition", record.partition},
                {"offset", record.offset},
                {"written", record.written ? Json(FormatWallTime(*record.written)) : Json(nullptr)},
                {"good", IsGood(record)}};
  for (const JudgedPart& part : record.parts) {
    Json segments = Json::array();
    for (const Segment& segment : SegmentsOf(part)) {
      segments.push_back({{"bytes", segment.hex}, {"meaning", segment.meaning}});
    }
    const WirePrefix& prefix = part.prefix;
    document[std::string(Name(part.part))] = {
        {"size", prefix.shape == WireShape::kNull ? Json(nullptr) : Json(prefix.size)},
        {"verdict", Name(part.verdict.kind)},
        {"said", ToUtf8(Explain(SubjectOf(record, part.part), prefix, part.verdict))},
        {"in_header", prefix.in_header},
        {"id", prefix.shape == WireShape::kSchemaId ? Json(prefix.id) : Json(nullptr)},
        {"guid", prefix.guid.empty() ? Json(nullptr) : Json(prefix.guid)},
        {"meant_id", part.verdict.meant < 0 ? Json(nullptr) : Json(part.verdict.meant)},
        {"first_bytes", std::move(segments)},
        {"schema", SchemaJson(part.schema)}};
  }
  return document.dump(1) + "\n";
}

bool IsGood(const JudgedRecord& record) {
  return std::ranges::none_of(record.parts, [](const JudgedPart& part) {
    return GradeOf(part.verdict.kind) == WireGrade::kBad;
  });
}

}  // namespace klaxon::app
