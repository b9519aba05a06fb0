// The getters of YamlMap for single values.

#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "agent/config/key_catalogue.h"
#include "agent/config/reading.h"
#include "agent/config/yaml_map.h"

namespace klaxon::config {

/// What Ranged() has to know about a kind of value that has an order.
template <class T>
struct YamlMap::RangedKind {
  std::string_view name{};      ///< in the catalogue
  std::string_view expected{};  ///< in mistakes
  std::optional<T> (*parse)(const std::string& text) = nullptr;
  std::string (*format)(T value) = nullptr;
  T least{};
  T most{};
  bool has_least = false;  ///< false: `least` goes without saying
  bool has_most = false;
};

namespace {

template <class T>
std::optional<T> ParseNumber(const std::string& text) {
  T value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

std::optional<double> ParseFinite(const std::string& text) {
  const std::optional<double> value = ParseNumber<double>(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<Duration> ParseTime(const std::string& text) {
  const Result<Duration> value = ParseDuration(text);
  return value ? std::optional(*value) : std::nullopt;
}

template <class T>
std::string FormatNumber(T value) {
  return fmt::format("{}", value);
}

template <class Kind>
std::string Accepts(const Kind& kind) {
  if (kind.has_least && kind.has_most) {
    return fmt::format("{} to {}", kind.format(kind.least), kind.format(kind.most));
  }
  if (kind.has_least) {
    return fmt::format("at least {}", kind.format(kind.least));
  }
  return kind.has_most ? fmt::format("at most {}", kind.format(kind.most)) : "";
}

}  // namespace

template <class T>
T YamlMap::Ranged(std::string_view key, T fallback, const RangedKind<T>& kind) {
  const std::string accepts = Accepts(kind);
  T value = fallback;
  if (const std::optional<std::string> text = Text(key, kind.expected)) {
    const std::optional<T> read = kind.parse(*text);
    if (!read) {
      Wrong(key, fmt::format("expected {}", kind.expected));
    } else if (*read < kind.least || *read > kind.most) {
      Wrong(key, fmt::format("out of range ({})", accepts));
    } else {
      value = *read;
    }
  }
  Record(key, {.kind = std::string(kind.name),
               .accepts = accepts,
               .default_value = kind.format(fallback),
               .value = kind.format(value)});
  return value;
}

int64_t YamlMap::Integer(std::string_view key, int64_t fallback, IntegerRange range) {
  return Ranged<int64_t>(key, fallback,
                         {.name = "whole number",
                          .expected = "a whole number",
                          .parse = ParseNumber<int64_t>,
                          .format = FormatNumber<int64_t>,
                          .least = range.least,
                          .most = range.most,
                          .has_least = range.least != IntegerRange{}.least,
                          .has_most = range.most != IntegerRange{}.most});
}

double YamlMap::Number(std::string_view key, double fallback, NumberRange range) {
  return Ranged<double>(key, fallback,
                        {.name = "number",
                         .expected = "a number",
                         .parse = ParseFinite,
                         .format = FormatNumber<double>,
                         .least = range.least,
                         .most = range.most,
                         .has_least = range.least > NumberRange{}.least,
                         .has_most = range.most < NumberRange{}.most});
}

klaxon::Duration YamlMap::Duration(std::string_view key, klaxon::Duration fallback,
                                   DurationRange range) {
  return Ranged<klaxon::Duration>(key, fallback,
                                  {.name = "duration",
                                   .expected = "a duration such as 10s",
                                   .parse = ParseTime,
                                   .format = FormatDuration,
                                   .least = range.least,
                                   .most = range.most,
                                   .has_least = range.least != DurationRange{}.least,
                                   .has_most = range.most != DurationRange{}.most});
}

std::string YamlMap::String(std::string_view key, std::string_view fallback) {
  std::string value = Text(key, "text").value_or(std::string(fallback));
  Record(key, {.kind = "text", .default_value = std::string(fallback), .value = value});
  return value;
}

std::optional<std::string> YamlMap::OptionalString(std::string_view key) {
  std::optional<std::string> value = Text(key, "text");
  Record(key, {.kind = "text", .value = value.value_or("")});
  return value;
}

std::string YamlMap::RequiredString(std::string_view key) {
  std::string value;
  if (Require(key)) {
    const std::optional<std::string> text = Text(key, "text");
    if (text && text->empty()) {
      Wrong(key, "must not be empty");
    }
    value = text.value_or("");
  }
  Record(key, {.kind = "text", .value = value});
  return value;
}

bool YamlMap::Bool(std::string_view key, bool fallback) {
  bool value = fallback;
  if (const std::optional<std::string> text = Text(key, "true or false")) {
    if (*text == "true" || *text == "false") {
      value = *text == "true";
    } else {
      Wrong(key, "expected true or false");
    }
  }
  Record(key, {.kind = "true or false",
               .default_value = fmt::format("{}", fallback),
               .value = fmt::format("{}", value)});
  return value;
}

size_t YamlMap::Choice(std::string_view key, size_t fallback,
                       std::span<const std::string_view> names) {
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  const std::string expected = fmt::format("one of {}", all);
  size_t index = fallback;
  if (const std::optional<std::string> text = Text(key, expected)) {
    const auto found = std::find(names.begin(), names.end(), *text);
    if (found == names.end()) {
      Wrong(key, fmt::format("expected {}", expected));
    } else {
      index = static_cast<size_t>(found - names.begin());
    }
  }
  Record(key, {.kind = "choice",
               .accepts = all,
               .default_value = std::string(names[fallback]),
               .value = std::string(names[index])});
  return index;
}

klaxon::HostPort YamlMap::HostPort(std::string_view key, const klaxon::HostPort& fallback,
                                   uint16_t default_port) {
  constexpr std::string_view kExpected = "an address such as 127.0.0.1:9092";
  klaxon::HostPort value = fallback;
  if (const std::optional<std::string> text = Text(key, kExpected)) {
    if (Result<klaxon::HostPort> read = ParseHostPort(*text, default_port)) {
      value = *std::move(read);
    } else {
      Wrong(key, fmt::format("expected {}", kExpected));
    }
  }
  const auto written = [](const klaxon::HostPort& address) {
    return address == klaxon::HostPort{} ? "" : ToString(address);
  };
  Record(key, {.kind = "address", .default_value = written(fallback), .value = written(value)});
  return value;
}

}  // namespace klaxon::config
