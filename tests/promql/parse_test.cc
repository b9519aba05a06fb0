#include <string>

#include <catch2/catch_test_macros.hpp>

#include "agent/promql/function_table.h"
#include "agent/promql/parser.h"

namespace klaxon::promql {
namespace {

std::string MistakeOf(const std::string& text) {
  const Parsed parsed = Parse(text);
  return parsed.mistake ? ToString(*parsed.mistake) : "accepted";
}

/// The tree with all its parentheses, to see what binds what.
std::string Shape(const Expr& expr) {
  if (const auto* const number = std::get_if<Number>(&expr.node)) {
    return std::to_string(static_cast<int>(number->value));
  }
  if (const auto* const selector = std::get_if<Selector>(&expr.node)) return selector->metric;
  if (const auto* const unary = std::get_if<Unary>(&expr.node)) {
    return std::string("(") + (unary->negative ? "-" : "+") + Shape(*unary->operand) + ")";
  }
  const auto& binary = std::get<Binary>(expr.node);
  return "(" + Shape(*binary.left) + " " + std::string(Name(binary.op)) + " " +
         Shape(*binary.right) + ")";
}

TEST_CASE("operators bind as in Prometheus") {
  struct Case {
    std::string text{};
    std::string shape{};
  };

  const Case cases[] = {
      {"a + b * c", "(a + (b * c))"},
      {"a - b - c", "((a - b) - c)"},
      {"2 ^ 3 ^ 4", "(2 ^ (3 ^ 4))"},
      {"-2 ^ 2", "(-(2 ^ 2))"},
      {"-a * b", "((-a) * b)"},
      {"2 ^ -1", "(2 ^ (-1))"},
      {"a or b and c unless d", "(a or ((b and c) unless d))"},
      {"a > b + c", "(a > (b + c))"},
      {"a atan2 b % c", "((a atan2 b) % c)"},
      {"a AND b", "(a and b)"},
      {"and and or", "(and and or)"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    const Parsed parsed = Parse(one.text);
    REQUIRE(parsed.expression != nullptr);
    CHECK(Shape(*parsed.expression) == one.shape);
  }
}

void AppendTexts(const Expr& expr, std::string_view text, std::string& all) {
  all += (all.empty() ? "" : " | ") + TextOf(expr, text);
  const std::vector<const Expr*> parts = PartsOf(expr);
  for (const Expr* const part : parts)
    AppendTexts(*part, text, all);
}

TEST_CASE("every part of an expression knows its own text") {
  struct Case {
    std::string text{};
    std::string parts{};
  };

  const Case cases[] = {
      {"a+b", "a+b | a | b"},
      {" ( a + b ) * 2 ", "( a + b ) * 2 | ( a + b ) | a | b | 2"},
      {"((a)) - -(b)", "((a)) - -(b) | ((a)) | -(b) | (b)"},
      {"sum  by (x)(a{y='# \"'}) > 1 # why",
       "sum  by (x)(a{y='# \"'}) > 1 | sum  by (x)(a{y='# \"'}) "
       "| a{y='# \"'} | 1"},
      {"topk(2, a) # the\n# two\n  by (x)", "topk(2, a) by (x) | 2 | a"},
      {"rate(a[5m] offset 1h @ 5)", "rate(a[5m] offset 1h @ 5) | a[5m] offset 1h @ 5"},
      {"max_over_time((a > 1)[1h:5m] offset 1m)",
       "max_over_time((a > 1)[1h:5m] offset 1m) | (a > 1)[1h:5m] offset 1m | (a > 1) | a | 1"},
      {"{\"a b\"}[5m:]", "{\"a b\"}[5m:] | {\"a b\"}"},
  };
  for (const Case& one : cases) {
    INFO(one.text);
    const Parsed parsed = Parse(one.text);
    REQUIRE(parsed.expression != nullptr);
    std::string all;
    AppendTexts(*parsed.expression, one.text, all);
    CHECK(all == one.parts);
  }
}

TEST_CASE("a mistake is told with its line, its column and what was expected") {
  struct Case {
    std::string text{};
    std::string mistake{};
  };

  const Case cases[] = {
      {"", "1:1: parse error: no expression found in input"},
      {"sum(\n  rate(up[5m]\n)", "1:4: parse error: unclosed left parenthesis"},
      {"up[5m1h]", "1:4: parse error: not a valid duration, or out of range: \"5m1h\""},
      {"mad_over_time(up[5m])",
       "1:1: parse error: the function \"mad_over_time\" is experimental in Prometheus and not "
       "supported"},
      {"1 +\n histogram_sum(a)",
       "2:2: parse error: the function \"histogram_sum\" needs native histograms, which are not "
       "supported"},
      {"rate(up)",
       "1:6: parse error: expected type range vector in call to function \"rate\", got instant "
       "vector"},
      {"{job=~\"a(b\"}", "1:7: parse error: bad regular expression: missing ): a(b"},
      {"up{job=\"\xff\"}", "1:9: parse error: invalid UTF-8 rune"},
      {"sum by (nan) (m)",
       "1:9: parse error: unexpected identifier \"nan\" in grouping opts, expected label"},
      {"sum by (a:b) (m)", "accepted"},
      {"a == on(x) group_left(x) b",
       "1:1: parse error: label \"x\" must not occur in ON and GROUP clause at once"},
  };
  for (const Case& one : cases) {
    CHECK(MistakeOf(one.text) == one.mistake);
  }
}

TEST_CASE("texts made to exhaust the parser are refused") {
  CHECK(MistakeOf(std::string(10'000, '(')) ==
        "1:251: parse error: nested more than 250 levels deep");
  CHECK(MistakeOf(std::string(10'000, '-') + "1").find("nested") != std::string::npos);
  std::string sums = "a";
  std::string powers = "2";
  std::string calls;
  for (int i = 0; i < 10'000; ++i) {
    sums += "+a";
    powers += "^2";
    calls += "abs(";
  }
  CHECK(MistakeOf(sums).find("nested") != std::string::npos);
  CHECK(MistakeOf(powers).find("nested") != std::string::npos);
  CHECK(MistakeOf(calls).find("nested") != std::string::npos);
  CHECK(MistakeOf(std::string(10 << 20, 'a')) ==
        "1:1: parse error: the expression has 10485760 bytes, 131072 are allowed");
  CHECK(MistakeOf("{a=~\"" + std::string(70'000, 'x') + "\"}").find("65536 bytes") !=
        std::string::npos);
}

TEST_CASE("the tables of functions and of what is left out name nothing twice") {
  std::string_view before;
  for (const FunctionInfo& function : AllFunctions()) {
    CHECK(before < function.name);
    CHECK(WhyLeftOut(function.name).empty());
    CHECK(FindFunction(function.name) == &function);
    before = function.name;
  }
}

}  // namespace
}  // namespace klaxon::promql
