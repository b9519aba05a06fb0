#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/series/matcher.h"

/// An expression as the parser leaves it: every type checked, every name known.
namespace klaxon::promql {

struct Expr;
using ExprPtr = std::unique_ptr<const Expr>;
struct FunctionInfo;

enum class ValueType { kScalar, kVector, kMatrix, kString };

/// "scalar", "instant vector", "range vector", "string": Prometheus' words.
std::string_view Name(ValueType type);

enum class Operator {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPower,
  kAtan2,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
  kUnless,
};

std::string_view Name(Operator op);  ///< as it is written: "+", "and", "atan2"
bool IsComparison(Operator op);
bool IsSetOperator(Operator op);

enum class Aggregator {
  kSum,
  kAvg,
  kMin,
  kMax,
  kCount,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kQuantile,
  kCountValues,
};

/// How the pairs of an operation on two vectors find each other.
struct Matching {
  enum class Cardinality { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

  Cardinality cardinality = Cardinality::kOneToOne;
  bool on = false;                     ///< only `labels` count; else all but them
  std::vector<std::string> labels{};   ///< of on() or ignoring()
  std::vector<std::string> include{};  ///< of group_left() or group_right()
};

/// `offset` and `@`: when a selector looks, seen from the time of the evaluation.
struct TimeShift {
  enum class Anchor { kEvaluation, kTime, kStart, kEnd };

  std::optional<int64_t> offset{};  ///< ms; positive looks back
  Anchor anchor = Anchor::kEvaluation;
  int64_t time = 0;  ///< of kTime: ms since 1970
};

struct Number {
  double value = 0;
};

struct Text {
  std::string value{};
};

struct Selector {
  std::string metric{};  ///< empty: given by matchers only
  std::vector<series::Matcher> matchers{};
  TimeShift shift{};
  int64_t range = 0;  ///< ms; 0: an instant selector
};

struct Subquery {
  ExprPtr inner{};
  int64_t range = 0;  ///< ms
  int64_t step = 0;   ///< ms; 0: the engine's own
  TimeShift shift{};
};

struct Unary {
  bool negative = false;
  ExprPtr operand{};
};

struct Binary {
  Operator op = Operator::kAdd;
  bool returns_bool = false;
  Matching matching{};
  ExprPtr left{};
  ExprPtr right{};
};

struct Call {
  const FunctionInfo* function = nullptr;
  std::vector<ExprPtr> arguments{};
};

struct Aggregate {
  Aggregator op = Aggregator::kSum;
  bool without = false;
  std::vector<std::string> labels{};
  ExprPtr parameter{};  ///< of topk, bottomk, quantile, count_values
  ExprPtr operand{};
};

/// A node. Trees are at most kDeepest nodes deep, so that walking them cannot exhaust a stack.
struct Expr {
  std::variant<Number, Text, Selector, Subquery, Unary, Binary, Call, Aggregate> node{};
  ValueType type = ValueType::kScalar;
  size_t offset = 0;  ///< where it begins, in bytes
  size_t begin = 0;   ///< the bytes of its text are [begin, end), its own parentheses included
  size_t end = 0;
  uint32_t line = 1;  ///< the same, for people; both count from 1, columns in bytes
  uint32_t column = 1;
  int depth = 1;
  bool in_parentheses = false;
};

inline constexpr int kDeepest = 250;

/// The direct parts of a node, in the order they are written.
std::vector<const Expr*> PartsOf(const Expr& expr);

/// What a node was read from: `text` is the whole expression. In one line; comments are left out.
std::string TextOf(const Expr& expr, std::string_view text);

/// Every selector of a tree.
void ForEachSelector(const Expr& expr, const std::function<void(const Selector&)>& visit);

}  // namespace klaxon::promql
