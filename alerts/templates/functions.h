#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "alerts/templates/value.h"

namespace klaxon::templates {

/// No text that a template makes is longer, in bytes.
constexpr size_t kLongestText = size_t{1} << 20U;

/// What the functions of a template may ask for.
struct Environment {
  WallTime now{};
  /// Answers a PromQL query at `now`. May be empty: then a query is an error.
  std::function<Result<std::vector<Sample>>(const std::string& expression)> query{};
  std::string external_url{};  ///< where people reach us, e.g. "http://klaxon:9308/kafka"
  std::string path_prefix{};   ///< the path of it, e.g. "/kafka"
};

/// What an argument of a function must be.
enum class ArgumentType {
  kAny,
  kText,     ///< a text
  kSamples,  ///< what a query answers
  kSample    ///< one of its samples
};

/// A function of templates. The number of arguments has been checked.
/// Error: what went wrong, without its place.
struct Function {
  size_t least = 0;  ///< arguments
  size_t most = 0;
  Result<Value> (*call)(const Environment& environment, std::span<const Value> arguments) = nullptr;
  /// Of the first arguments; checked before the call, in Go's words.
  std::array<ArgumentType, 3> types{};
};

constexpr size_t kAnyNumber = 1000;

using FunctionTable = std::map<std::string_view, Function>;

/// Those of Go's text/template: and, or and not, comparisons, len, index, print, printf, ...
/// `and` and `or` are here by name only: the evaluation does not evaluate all of their arguments.
const FunctionTable& BuiltinFunctions();

/// Those that Prometheus adds: query, first, humanize, reReplaceAll, ... Source: its documentation,
/// "template reference".
const FunctionTable& PrometheusFunctions();

/// An argument that must be a text. Error: as Go words it.
Result<std::string> TextOf(const Value& value);

/// A number, or a text that is one. Error: as Prometheus words it.
Result<double> NumberOf(const Value& value);

}  // namespace klaxon::templates
