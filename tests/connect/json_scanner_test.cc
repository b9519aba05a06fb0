#include "agent/connect/json_scanner.h"

#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

namespace klaxon::connect {
namespace {

/// Writes down what it is told.
class Recorder final : public JsonEvents {
 public:
  void BeginObject() override { said += "{"; }

  void BeginList() override { said += "["; }

  void End() override { said += ")"; }

  void TextPart(std::string_view part) override { text_ += part; }

  void EndKey() override { said += "<" + std::exchange(text_, {}) + ">"; }

  void EndText() override { said += "'" + std::exchange(text_, {}) + "'"; }

  void Number(std::string_view digits) override { said += "#" + std::string(digits); }

  void Word(Literal literal) override {
    said += literal == Literal::kTrue ? "T" : literal == Literal::kFalse ? "F" : "N";
  }

  std::string said{};

 private:
  std::string text_{};
};

/// What was said, or "! why". In pieces of that many bytes.
std::string Scan(std::string_view bytes, size_t piece) {
  Recorder recorder;
  JsonScanner scanner(recorder);
  bool good = true;
  for (size_t at = 0; good && at < bytes.size(); at += piece) {
    good = scanner.Feed(bytes.substr(at, piece));
  }
  return good && scanner.Finish() ? recorder.said : std::string("! ") + scanner.error();
}

TEST_CASE("JSON is read the same in pieces of any size", "[connect]") {
  struct Case {
    const char* text;
    const char* said;
  };

  const Case one = GENERATE(
      Case{R"({"a": [1, -2.5e+3, true, false, null, {}, []], "b": {"c": "d"}})",
           "{<a>[#1#-2.5e+3TFN{)[))<b>{<c>'d'))"},
      Case{R"("\n\t\"\\\/\u0041\u00fe\u20AC\ud83d\ude00 plain text of more than eight bytes")",
           "'\n\t\"\\/A\xC3\xBE\xE2\x82\xAC\xF0\x9F\x98\x80 plain text of more than eight bytes'"},
      Case{" \r\n\t12 ", "#12"}, Case{"0", "#0"},
      Case{"\"\xF0\x9F\x98\x80\"", "'\xF0\x9F\x98\x80'"});
  for (size_t piece = 1; piece < 20; ++piece) {
    CHECK(Scan(one.text, piece) == one.said);
  }
}

TEST_CASE("what is no JSON is told as such", "[connect]") {
  struct Case {
    const char* text;
    const char* why;
  };

  const Case one = GENERATE(
      Case{"", "! it is empty"}, Case{"{", "! it ends in the middle"},
      Case{"[1,]", "! a value is missing"}, Case{"{\"a\" 1}", "! a ':' is missing after a key"},
      Case{"{\"a\":1,}", "! a key is missing"}, Case{"{1:2}", "! a key is missing"},
      Case{"[1 2]", "! a ',' is missing"}, Case{"[1}", "! brackets do not match"},
      Case{"1 1", "! something follows its end"}, Case{"01", "! a bad number"},
      Case{"-", "! a bad number"}, Case{"1.", "! a bad number"}, Case{"1e", "! a bad number"},
      Case{"+1", "! a value is missing"}, Case{"nul", "! it ends in the middle"},
      Case{"nulL", "! a value is missing"}, Case{"\"\n\"", "! a control character in a text"},
      Case{"\"\\x\"", "! an unknown escape in a text"},
      Case{"\"\\u12g4\"", "! a bad \\u escape in a text"},
      Case{"\"\\ud83d\"", "! half a surrogate pair"},
      Case{"\"\\ud83d\\n\"", "! half a surrogate pair"},
      Case{"\"\\ude00\"", "! half a surrogate pair"}, Case{"\"\xC3\"", "! not UTF-8"},
      Case{"\"\xC0\x80\"", "! not UTF-8"}, Case{"\"\xED\xA0\x80\"", "! not UTF-8"},
      Case{"\"\xF4\x90\x80\x80\"", "! not UTF-8"}, Case{"\"\xE0\x80\x80\"", "! not UTF-8"},
      Case{"[[[[[[[[[[[[[[[[[", "! nested too deeply"},
      Case{"\xEF\xBB\xBF{}", "! a value is missing"});
  INFO(one.text);
  for (size_t piece = 1; piece < 9; ++piece) {
    CHECK(Scan(one.text, piece) == one.why);
  }
}

}  // namespace
}  // namespace klaxon::connect
