#include "alerts/templates/methods.h"

#include <cstdint>
#include <map>
#include <string>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "alerts/templates/functions.h"
#include "alerts/templates/go_time.h"

namespace klaxon::templates {
namespace {

using Arguments = std::span<const Value>;

template <class Receiver>
struct Method {
  size_t arguments = 0;
  Result<Value> (*call)(const Receiver& receiver, Arguments arguments) = nullptr;
};

template <class Receiver>
using MethodTable = std::map<std::string_view, Method<Receiver>>;

template <class Receiver>
std::optional<Result<Value>> Call(const MethodTable<Receiver>& table, const Receiver& receiver,
                                  std::string_view name, Arguments arguments) {
  const auto found = table.find(name);
  if (found == table.end()) return std::nullopt;
  if (arguments.size() != found->second.arguments) {
    return Error(Reason::kInvalid, fmt::format("wrong number of args for {}: want {} got {}", name,
                                               found->second.arguments, arguments.size()));
  }
  return found->second.call(receiver, arguments);
}

Error WrongArgument(std::string_view wanted, const Value& value) {
  return {Reason::kInvalid,
          fmt::format("wrong type for value; expected {}; got {}", wanted, TypeName(value))};
}

Result<Value> Added(const WallTime& time, Arguments arguments) {
  const auto* const span = arguments[0].As<Duration>();
  if (span == nullptr) return WrongArgument("time.Duration", arguments[0]);
  int64_t sum = 0;
  if (__builtin_add_overflow(time.time_since_epoch().count(), span->count(), &sum))
    return Error(Reason::kInvalid, "the time would be out of range");
  return Value(WallTime(Duration(sum)));
}

Result<Value> Difference(const WallTime& time, Arguments arguments) {
  const auto* const other = arguments[0].As<WallTime>();
  if (other == nullptr) return WrongArgument("time.Time", arguments[0]);
  int64_t span = 0;
  if (__builtin_sub_overflow(time.time_since_epoch().count(), other->time_since_epoch().count(),
                             &span))
    return Error(Reason::kInvalid, "the duration would be out of range");
  return Value(Duration(span));
}

/// A part of a time that a layout shows as a number.
template <const char* kLayout>
Result<Value> Part(const WallTime& time, Arguments /*arguments*/) {
  return Value(static_cast<int64_t>(std::stoi(Format(time, kLayout))));
}

constexpr char kYear[] = "2006";
constexpr char kDay[] = "2";
constexpr char kHour[] = "15";
constexpr char kMinute[] = "4";
constexpr char kSecond[] = "5";

/// Unix time in units of so many nanoseconds.
template <int64_t kUnit>
Result<Value> Unix(const WallTime& time, Arguments /*arguments*/) {
  const int64_t count = time.time_since_epoch().count();
  return Value(count / kUnit - (count % kUnit < 0 ? 1 : 0));
}

const MethodTable<WallTime>& TimeMethods() {
  static const MethodTable<WallTime> table{
      {"Add", {1, Added}},
      {"Day", {0, Part<kDay>}},
      {"Format",
       {1,
        [](const WallTime& time, Arguments arguments) -> Result<Value> {
          const Result<std::string> layout = TextOf(arguments[0]);
          if (!layout) return layout.error();
          return Value(Format(time, *layout));
        }}},
      {"Hour", {0, Part<kHour>}},
      {"Minute", {0, Part<kMinute>}},
      {"Month",
       {0,
        [](const WallTime& time, Arguments) -> Result<Value> {
          return Value(Format(time, "January"));
        }}},
      {"Second", {0, Part<kSecond>}},
      {"String",
       {0, [](const WallTime& time, Arguments) -> Result<Value> { return Value(ToString(time)); }}},
      {"Sub", {1, Difference}},
      {"UTC", {0, [](const WallTime& time, Arguments) -> Result<Value> { return Value(time); }}},
      {"Unix", {0, Unix<1'000'000'000>}},
      {"UnixMilli", {0, Unix<1'000'000>}},
      {"UnixNano", {0, Unix<1>}},
      {"Weekday",
       {0,
        [](const WallTime& time, Arguments) -> Result<Value> {
          return Value(Format(time, "Monday"));
        }}},
      {"Year", {0, Part<kYear>}},
  };
  return table;
}

const MethodTable<Duration>& DurationMethods() {
  static const MethodTable<Duration> table{
      {"Hours",
       {0,
        [](const Duration& span, Arguments) -> Result<Value> {
          return Value(Seconds(span) / 3600);
        }}},
      {"Milliseconds",
       {0,
        [](const Duration& span, Arguments) -> Result<Value> {
          return Value(static_cast<int64_t>(span.count() / 1'000'000));
        }}},
      {"Minutes",
       {0,
        [](const Duration& span, Arguments) -> Result<Value> {
          return Value(Seconds(span) / 60);
        }}},
      {"Seconds",
       {0, [](const Duration& span, Arguments) -> Result<Value> { return Value(Seconds(span)); }}},
      {"String",
       {0, [](const Duration& span, Arguments) -> Result<Value> { return Value(ToString(span)); }}},
  };
  return table;
}

}  // namespace

std::optional<Result<Value>> CallMethod(const Value& value, std::string_view name,
                                        std::span<const Value> arguments) {
  if (const auto* time = value.As<WallTime>()) return Call(TimeMethods(), *time, name, arguments);
  if (const auto* span = value.As<Duration>())
    return Call(DurationMethods(), *span, name, arguments);
  return std::nullopt;
}

}  // namespace klaxon::templates
