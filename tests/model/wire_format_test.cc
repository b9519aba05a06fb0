#include "agent/model/wire_format.h"

#include <array>
#include <random>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "agent/model/wire_verdict.h"

namespace klaxon {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): for bytes with zeros

constexpr std::string_view kGuid = "00112233-4455-6677-8899-aabbccddeeff";
const std::string kGuidBytes = "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff"s;

using State = SchemaStanding::State;

/// 23 (Avro), 24 (Protobuf) and 6,000 are there, 25 is soft-deleted; 70,000 ids were given.
SchemaKnowledge Registry() {
  const auto by_id = [](int32_t id) -> SchemaStanding {
    const bool live = id == 23 || id == 24 || id == 6000;
    return {.state = live       ? State::kLive
                     : id == 25 ? State::kSoftDeleted
                                : State::kAbsent,
            .type = id == 24 ? "PROTOBUF" : "AVRO"};
  };
  const auto by_guid = [](const std::string& guid) -> SchemaStanding {
    return {.state = guid == kGuid ? State::kLive : State::kAbsent, .type = "AVRO"};
  };
  return {.by_id = by_id, .by_guid = by_guid, .max_id = 70'000};
}

struct PrefixCase {
  std::string what;
  std::optional<std::string> bytes;
  WireKind kind = WireKind::kNull;
  std::string words;
  std::string header{};  // __value_schema_id
};

WirePrefix ReadCase(const PrefixCase& each) {
  std::vector<WireHeader> headers{{.name = "trace", .value = "1"}};
  if (!each.header.empty()) {
    headers.push_back({.name = "__value_schema_id", .value = each.header});
  }
  const std::optional<std::string_view> bytes =
      each.bytes ? std::optional<std::string_view>(*each.bytes) : std::nullopt;
  return ReadPrefix(RecordPart::kValue, bytes, headers);
}

std::vector<PrefixCase> GoodCases() {
  return {
      {"an id that is there", "\0\0\0\0\x17\x06xyz"s, WireKind::kKnown,
       "id 23, which the registry"},
      {"an id with nothing after it", "\0\0\0\0\x17"s, WireKind::kKnown, "id 23"},
      {"a tombstone", std::nullopt, WireKind::kNull, "are null"},
      {"Protobuf in its short form", "\0\0\0\0\x18\0\x0a\x01x"s, WireKind::kKnown, "id 24"},
      {"Protobuf with indexes [1, 0]", "\0\0\0\0\x18\x04\x02\0\x0a"s, WireKind::kKnown, "id 24"},
      {"a GUID as prefix", "\x01"s + kGuidBytes + "x", WireKind::kKnown, "GUID 00112233-4455"},
      {"a GUID in a header", "xyz", WireKind::kKnown, "in a header", "\x01"s + kGuidBytes},
      {"a GUID in a header with indexes", "xyz", WireKind::kKnown, "GUID",
       "\x01"s + kGuidBytes + "\0"s},
      {"an id in a header", "{}", WireKind::kKnown, "id 23 in a header", "\0\0\0\0\x17"s},
      {"a header wins over a prefix", "\0\0\0\x03\xe7x"s, WireKind::kKnown, "id 23 in a header",
       "\0\0\0\0\x17"s},
  };
}

std::vector<PrefixCase> BrokenCases() {
  return {
      {"a soft-deleted id", "\0\0\0\0\x19x"s, WireKind::kSoftDeleted, "can still be fetched"},
      {"an id that was deleted for good", "\0\0\0\0\x1ax"s, WireKind::kDeleted,
       "given higher ones"},
      {"an id above all", "\0\0\x01\x86\xa0x"s, WireKind::kOtherRegistry, "another registry"},
      {"a negative id", "\0\xff\xff\xff\xffx"s, WireKind::kUnknownId, "id -1, which"},
      {"little-endian", "\0\x17\0\0\0xyz"s, WireKind::kLittleEndian,
       "records of orders-value carry their id little-endian: 23 reads as 385875968"},
      {"little-endian in a header", "x", WireKind::kLittleEndian, "23 reads as 385875968",
       "\0\x17\0\0\0"s},
      {"8 bytes", "\0\0\0\0\0\0\0\0\x17xyz"s, WireKind::kEightByteId, "23 reads as 0"},
      {"a byte too many", "\0\0\0\0\0\x17xyz"s, WireKind::kExtraByte, "23 reads as 0"},
      {"a byte too many before a large id", "\0\0\0\0\x17\x70zz"s, WireKind::kKnown, "id 23"},
      {"no magic byte", "\0\0\0\x17xyz"s, WireKind::kMissingByte, "23 reads as 6008"},
      {"Protobuf without indexes", "\0\0\0\0\x18\x0b"s, WireKind::kBadIndexes, "Protobuf"},
      {"a GUID that is not there", "\x01" + std::string(16, 'g'), WireKind::kUnknownId,
       "GUID 6767"},
      {"a header of another length", "x", WireKind::kBadHeader, "holds no id", "\x01 abc"},
      {"a header of text", "x", WireKind::kBadHeader, "holds no id", "23"},
      {"a header that ends early", "x", WireKind::kBadHeader, "holds no id", "\0\0\x17"s},
      {"too short", "\0\0\x17"s, WireKind::kTooShort, "3 bytes"},
      {"empty", "", WireKind::kTooShort, "0 bytes"},
  };
}

std::vector<PrefixCase> PlainCases() {
  return {
      {"an object of JSON", R"({"a":1})", WireKind::kJson, "JSON"},
      {"an array of JSON", "[1]", WireKind::kJson, "JSON"},
      {"a string of JSON", "\"x\"", WireKind::kJson, "JSON"},
      {"an Avro file", "Obj\x01\x04\x14", WireKind::kAvroFile, "whole Avro files"},
      {"AWS Glue", "\x03\0"s + kGuidBytes + "x", WireKind::kGlue, "version 00112233-4455"},
      {"AWS Glue, compressed", "\x03\x05"s + kGuidBytes, WireKind::kGlue, "Glue"},
      {"text", "order-17", WireKind::kText, "plain text"},
      {"text in UTF-8", "B\xc3\xa4ume", WireKind::kText, "plain text"},
      {"long text, cut within a letter", std::string(255, 'a') + "\xc3\xa4" + "b", WireKind::kText,
       "text"},
      {"an integer", "\0\0\0\x17"s, WireKind::kNumber, "numbers of 4 bytes"},
      {"a long", "\0\0\0\0\0\0\0\x17"s, WireKind::kNumber, "numbers of 8 bytes"},
      {"other bytes", "\x7f\x01\x02\x03\x04\x05", WireKind::kUnknownMagic, "begin with 0x7f"},
      {"magic byte 1 and no GUID", "\x01\x02\x03", WireKind::kUnknownMagic, "begin with 0x01"},
  };
}

void CheckAll(const std::vector<PrefixCase>& cases, WireGrade grade) {
  for (const PrefixCase& each : cases) {
    CAPTURE(each.what);
    const WirePrefix prefix = ReadCase(each);
    const WireVerdict verdict = Judge(prefix, Registry());
    CHECK(Name(verdict.kind) == Name(each.kind));
    CHECK((GradeOf(verdict.kind) == grade || each.kind == WireKind::kKnown));
    const std::string words = Explain("orders-value", prefix, verdict);
    CAPTURE(words);
    CHECK(words.starts_with("records of orders-value "));
    CHECK(words.find(each.words) != std::string::npos);
  }
}

TEST_CASE("records in the registry's format are right", "[wire_format]") {
  CheckAll(GoodCases(), WireGrade::kGood);
}

TEST_CASE("each broken way is told from the others", "[wire_format]") {
  CheckAll(BrokenCases(), WireGrade::kBad);
}

TEST_CASE("what is in another format is not called broken", "[wire_format]") {
  CheckAll(PlainCases(), WireGrade::kPlain);
}

TEST_CASE("without a registry nothing is called unknown or little-endian", "[wire_format]") {
  for (const std::string& bytes : {"\0\x17\0\0\0x"s, "\0\0\0\0\x17x"s, "\x01"s + kGuidBytes}) {
    const WirePrefix prefix = ReadPrefix(RecordPart::kValue, bytes);
    CHECK(Judge(prefix, {}).kind == WireKind::kUnresolved);
  }
  const SchemaKnowledge no_max{.by_id = Registry().by_id, .by_guid = {}, .max_id = std::nullopt};
  CHECK(Judge(ReadPrefix(RecordPart::kValue, "\0\0\0\0\x1ax"s), no_max).kind ==
        WireKind::kUnknownId);
}

TEST_CASE("Apicurio's own headers are known for what they are", "[wire_format]") {
  const std::string id(8, '\0');
  const std::array headers{WireHeader{.name = "apicurio.value.contentId", .value = id}};
  CHECK(ReadPrefix(RecordPart::kValue, "x", headers).shape == WireShape::kApicurioHeaders);
  CHECK(ReadPrefix(RecordPart::kKey, "x", headers).shape == WireShape::kText);
}

TEST_CASE("message indexes are read as they are written", "[wire_format]") {
  struct Indexes {
    std::string bytes;
    std::optional<size_t> size;
  };

  const std::vector<Indexes> cases{
      {"\0\x0a"s, 1},            // [0], short
      {"\x02\0\x0a"s, 2},        // [0], long
      {"\x04\x02\x04\x0a"s, 3},  // [1, 2]
      {"\x02\x80\x02z"s, 3},     // [128]
      {"", std::nullopt},
      {"\x01", std::nullopt},                  // a count of -1
      {"\x04\x02", std::nullopt},              // ends early
      {"\x02\x01", std::nullopt},              // index -1
      {"\xff\xff\xff\xff\x0f", std::nullopt},  // two thousand millions of them
      {"\x80\x80\x80\x80\x80\x01", std::nullopt},
  };
  for (const Indexes& each : cases) {
    CHECK(MessageIndexesAt(each.bytes) == each.size);
  }
}

TEST_CASE("none of 100,000 good records is called anything else", "[wire_format]") {
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp,cert-msc32-c): the same bytes in every run
  std::uniform_int_distribution<int> byte(0, 255);
  std::uniform_int_distribution<int> length(0, 60);
  std::uniform_int_distribution<int32_t> id(1, 50'000);
  SchemaKnowledge known = Registry();
  known.by_id = [](int32_t at) -> SchemaStanding {
    return {.state = at >= 1 && at <= 50'000 ? State::kLive : State::kAbsent, .type = "AVRO"};
  };
  int wrong = 0;
  for (int i = 0; i < 100'000; ++i) {
    const int32_t written = id(random);
    std::string bytes(1, '\0');
    for (const int shift : {24, 16, 8, 0}) {
      bytes.push_back(static_cast<char>(static_cast<uint32_t>(written) >> shift));
    }
    for (int left = length(random); left > 0; --left) {
      bytes.push_back(static_cast<char>(byte(random)));
    }
    const WireVerdict verdict = Judge(ReadPrefix(RecordPart::kValue, bytes), known);
    wrong += verdict.kind == WireKind::kKnown && verdict.meant == written ? 0 : 1;
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace klaxon
