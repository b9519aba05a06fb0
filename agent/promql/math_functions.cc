#include <cmath>
#include <numbers>

#include "agent/promql/functions.h"

namespace klaxon::promql {
namespace {

double SignOf(double value) {
  if (value < 0) return -1;
  return value > 0 ? 1 : value;  // NaN and both zeros stay
}

constexpr double kDegrees = 180 / std::numbers::pi;

constexpr Implemented kMath[] = {
    {"abs", NumberFunction([](double v) { return std::fabs(v); })},
    {"acos", NumberFunction([](double v) { return std::acos(v); })},
    {"acosh", NumberFunction([](double v) { return std::acosh(v); })},
    {"asin", NumberFunction([](double v) { return std::asin(v); })},
    {"asinh", NumberFunction([](double v) { return std::asinh(v); })},
    {"atan", NumberFunction([](double v) { return std::atan(v); })},
    {"atanh", NumberFunction([](double v) { return std::atanh(v); })},
    {"ceil", NumberFunction([](double v) { return std::ceil(v); })},
    {"cos", NumberFunction([](double v) { return std::cos(v); })},
    {"cosh", NumberFunction([](double v) { return std::cosh(v); })},
    {"deg", NumberFunction([](double v) { return v * kDegrees; })},
    {"exp", NumberFunction([](double v) { return std::exp(v); })},
    {"floor", NumberFunction([](double v) { return std::floor(v); })},
    {"ln", NumberFunction([](double v) { return std::log(v); })},
    {"log10", NumberFunction([](double v) { return std::log10(v); })},
    {"log2", NumberFunction([](double v) { return std::log2(v); })},
    {"rad", NumberFunction([](double v) { return v * std::numbers::pi / 180; })},
    {"sgn", NumberFunction(SignOf)},
    {"sin", NumberFunction([](double v) { return std::sin(v); })},
    {"sinh", NumberFunction([](double v) { return std::sinh(v); })},
    {"sqrt", NumberFunction([](double v) { return std::sqrt(v); })},
    {"tan", NumberFunction([](double v) { return std::tan(v); })},
    {"tanh", NumberFunction([](double v) { return std::tanh(v); })},
};

}  // namespace

std::span<const Implemented> MathFunctions() {
  return kMath;
}

}  // namespace klaxon::promql
