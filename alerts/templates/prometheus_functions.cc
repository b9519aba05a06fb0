#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "agent/base/duration.h"
#include "alerts/templates/format.h"
#include "alerts/templates/functions.h"
#include "alerts/templates/humanize.h"
#include "alerts/templates/literal.h"
#include "alerts/templates/replace.h"

namespace klaxon::templates {
namespace {

using Arguments = std::span<const Value>;

constexpr std::string_view kQueryResult = "template.queryResult";

Result<Value> Query(const Environment& environment, Arguments arguments) {
  const Result<std::string> expression = TextOf(arguments[0]);
  if (!expression) return expression.error();
  if (!environment.query) return Error(Reason::kUnsupported, "there are no queries here");
  Result<std::vector<Sample>> samples = environment.query(*expression);
  if (!samples) return samples.error();
  std::vector<Value> items;
  items.reserve(samples->size());
  for (Sample& sample : *samples)
    items.push_back(Value::OfSample(std::move(sample)));
  return Value::OfList(std::move(items), kQueryResult);
}

Error WrongType(std::string_view wanted, const Value& value) {
  return {Reason::kInvalid,
          fmt::format("wrong type for value; expected {}; got {}", wanted, TypeName(value))};
}

Result<Value> First(const Environment& /*environment*/, Arguments arguments) {
  const auto* const list = arguments[0].As<List>();
  if (list == nullptr || list->type != kQueryResult) return WrongType(kQueryResult, arguments[0]);
  if (list->items.empty())
    return Error(Reason::kInvalid, "first() called on vector with no elements");
  return list->items.front();
}

Result<Value> LabelOf(const Value& sample, const std::string& name) {
  const auto* const held = sample.As<Sample>();
  if (held == nullptr) return WrongType("*template.sample", sample);
  const auto found = held->labels.find(name);
  return Value(found == held->labels.end() ? std::string() : found->second);
}

Result<Value> Label(const Environment& /*environment*/, Arguments arguments) {
  const Result<std::string> name = TextOf(arguments[0]);
  if (!name) return name.error();
  return LabelOf(arguments[1], *name);
}

Result<Value> TextValue(const Environment& /*environment*/, Arguments arguments) {
  return LabelOf(arguments[0], "__value__");
}

Result<Value> ValueOf(const Environment& /*environment*/, Arguments arguments) {
  const auto* const sample = arguments[0].As<Sample>();
  if (sample == nullptr) return WrongType("*template.sample", arguments[0]);
  return Value(sample->value);
}

/// The arguments by the names arg0, arg1, ...: for {{template}}, which takes only one.
Result<Value> Args(const Environment& /*environment*/, Arguments arguments) {
  std::map<std::string, Value> entries;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].depth() + 1 >= Value::kDeepest)
      return Error(Reason::kInvalid, "args too deeply inside one another");
    entries.emplace(fmt::format("arg{}", i), arguments[i]);
  }
  return Value::OfMap(std::move(entries));
}

Result<Value> SortByLabel(const Environment& /*environment*/, Arguments arguments) {
  const Result<std::string> name = TextOf(arguments[0]);
  if (!name) return name.error();
  const auto* const list = arguments[1].As<List>();
  if (list == nullptr || list->type != kQueryResult) return WrongType(kQueryResult, arguments[1]);
  std::vector<Value> items = list->items;
  std::ranges::stable_sort(items, {}, [&](const Value& item) {
    const auto& labels = item.As<Sample>()->labels;
    const auto found = labels.find(*name);
    return found == labels.end() ? std::string_view() : std::string_view(found->second);
  });
  return Value::OfList(std::move(items), kQueryResult);
}

Result<Value> ReplaceAll(const Environment& /*environment*/, Arguments arguments) {
  std::array<std::string, 3> texts;
  for (size_t i = 0; i < texts.size(); ++i) {
    Result<std::string> text = TextOf(arguments[i]);
    if (!text) return text.error();
    texts.at(i) = std::move(*text);
  }
  Result<std::string> replaced = RegexReplaceAll(texts[0], texts[1], texts[2]);
  if (!replaced) return replaced.error();
  return Value(std::move(*replaced));
}

Result<Value> Match(const Environment& /*environment*/, Arguments arguments) {
  const Result<std::string> pattern = TextOf(arguments[0]);
  const Result<std::string> text = TextOf(arguments[1]);
  if (!pattern || !text) return pattern ? text.error() : pattern.error();
  const Result<bool> found = RegexFound(*pattern, *text);
  if (!found) return found.error();
  return Value(*found);
}

/// A function of one number.
template <std::string (*kOf)(double)>
Result<Value> OfNumber(const Environment& /*environment*/, Arguments arguments) {
  const Result<double> number = NumberOf(arguments[0]);
  if (!number) return number.error();
  return Value(kOf(*number));
}

/// A function of one text.
template <std::string (*kOf)(std::string_view)>
Result<Value> OfText(const Environment& /*environment*/, Arguments arguments) {
  const Result<std::string> text = TextOf(arguments[0]);
  if (!text) return text.error();
  return Value(kOf(*text));
}

Result<Value> HumanizeTimestamp(const Environment& /*environment*/, Arguments arguments) {
  const Result<double> number = NumberOf(arguments[0]);
  if (!number) return number.error();
  if (!std::isfinite(*number)) return Value(ShownNumber(*number));
  const Result<WallTime> time = TimeOf(*number);
  if (!time) return time.error();
  return Value(Shown(Value(*time), kLongestText));
}

Result<Value> ToTime(const Environment& /*environment*/, Arguments arguments) {
  const Result<double> number = NumberOf(arguments[0]);
  if (!number) return number.error();
  const Result<WallTime> time = TimeOf(*number);
  if (!time) return time.error();
  return Value(*time);
}

Result<Value> ToDuration(const Environment& /*environment*/, Arguments arguments) {
  const Result<double> number = NumberOf(arguments[0]);
  if (!number) return number.error();
  const double nanoseconds = *number * 1e9;
  constexpr double kLimit = 9223372036854775808.0;
  if (!std::isfinite(nanoseconds)) return Error(Reason::kInvalid, "value is NaN or Inf");
  if (nanoseconds >= kLimit || nanoseconds < -kLimit)
    return Error(Reason::kInvalid, ShownNumber(*number) + " cannot be represented as a duration");
  return Value(Duration(static_cast<int64_t>(nanoseconds)));
}

/// Seconds of "1h30m", "-5m", "1d".
Result<Value> ParseSeconds(const Environment& /*environment*/, Arguments arguments) {
  const Result<std::string> text = TextOf(arguments[0]);
  if (!text) return text.error();
  std::string_view rest = *text;
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (rest.empty()) return Error(Reason::kInvalid, "empty duration string");
  double years = 0;  // our own durations have none
  const auto [end, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), years);
  const bool has_years = failure == std::errc() && end != rest.data() + rest.size() &&
                         *end == 'y' &&
                         std::all_of(rest.data(), end, [](char c) { return c >= '0' && c <= '9'; });
  if (has_years) rest.remove_prefix(static_cast<size_t>(end - rest.data()) + 1);
  const Result<Duration> duration =
      has_years && rest.empty() ? Result<Duration>(Duration::zero()) : ParseDuration(rest);
  constexpr double kMostYears = 292;  // as in Go's nanoseconds
  if (!duration || (has_years && years > kMostYears))
    return Error(Reason::kInvalid, fmt::format("not a valid duration string: {}", Quoted(*text)));
  const double seconds = (has_years ? years * 365 * 86'400 : 0) + Seconds(*duration);
  return Value(negative ? -seconds : seconds);
}

Result<Value> Now(const Environment& environment, Arguments /*arguments*/) {
  return Value(UnixSeconds(environment.now));
}

/// Letters outside ASCII stay as they are.
template <int (*kOf)(int)>
std::string EachLetter(std::string_view text) {
  std::string changed(text);
  for (char& c : changed) {
    if (static_cast<unsigned char>(c) < 0x80) c = static_cast<char>(kOf(c));
  }
  return changed;
}

int Upper(int c) {
  return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
}

int Lower(int c) {
  return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

std::string Title(std::string_view text) {
  std::string changed(text);
  bool inside = false;
  for (char& c : changed) {
    if (!inside) c = static_cast<char>(static_cast<unsigned char>(c) < 0x80 ? Upper(c) : c);
    inside = static_cast<unsigned char>(c) >= 0x80 || c == '_' || (c >= '0' && c <= '9') ||
             (Lower(c) >= 'a' && Lower(c) <= 'z');
  }
  return changed;
}

/// "host:9092" and "[::1]:9092", taken apart as Go's SplitHostPort does.
struct Address {
  std::string host{};
  std::string port{};
};

std::optional<Address> AddressOf(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.find_first_of("[]") != std::string_view::npos) return std::nullopt;
  return Address{std::string(host), std::string(text.substr(colon + 1))};
}

std::string StripPort(std::string_view text) {
  const std::optional<Address> address = AddressOf(text);
  return address ? address->host : std::string(text);
}

bool IsAddress(std::string_view host) {
  const bool six = host.find(':') != std::string_view::npos;
  return six || (!host.empty() && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

std::string StripDomain(std::string_view text) {
  const std::optional<Address> address = AddressOf(text);
  const std::string host = address ? address->host : std::string(text);
  if (IsAddress(host)) return std::string(text);
  const std::string name = host.substr(0, host.find('.'));
  return address ? name + ":" + address->port : name;
}

std::string GraphLink(std::string_view expression) {
  return "/graph?g0.expr=" + EscapeQuery(expression) + "&g0.tab=0";
}

std::string TableLink(std::string_view expression) {
  return "/graph?g0.expr=" + EscapeQuery(expression) + "&g0.tab=1";
}

Result<Value> SafeText(const Environment& /*environment*/, Arguments arguments) {
  const Result<std::string> text = TextOf(arguments[0]);
  if (!text) return text.error();
  return Value(SafeHtml{*text});
}

}  // namespace

Result<std::string> TextOf(const Value& value) {
  if (const auto* text = value.As<std::string>()) return *text;
  if (const auto* html = value.As<SafeHtml>()) return html->text;
  if (value.empty()) return Error(Reason::kInvalid, "invalid value; expected string");
  return WrongType("string", value);
}

Result<double> NumberOf(const Value& value) {
  if (const auto* number = value.As<double>()) return *number;
  if (const auto* whole = value.As<int64_t>()) return static_cast<double>(*whole);
  if (const auto* natural = value.As<uint64_t>()) return static_cast<double>(*natural);
  if (const auto* span = value.As<Duration>()) return Seconds(*span);
  const auto* const text = value.As<std::string>();
  if (text == nullptr) {
    return Error(Reason::kInvalid, fmt::format("can't convert {} to float", TypeName(value)));
  }
  std::string_view digits = *text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty() ||
      (text->size() != digits.size() && digits.starts_with('-'))) {
    return Error(Reason::kInvalid,
                 fmt::format("strconv.ParseFloat: parsing {}: invalid syntax", Quoted(*text)));
  }
  return number;
}

const FunctionTable& PrometheusFunctions() {
  using enum ArgumentType;
  static const FunctionTable table{
      {"query", {1, 1, Query, {kText}}},
      {"first", {1, 1, First, {kSamples}}},
      {"label", {2, 2, Label, {kText, kSample}}},
      {"value", {1, 1, ValueOf, {kSample}}},
      {"strvalue", {1, 1, TextValue, {kSample}}},
      {"args", {0, kAnyNumber, Args}},
      {"sortByLabel", {2, 2, SortByLabel, {kText, kSamples}}},
      {"reReplaceAll", {3, 3, ReplaceAll, {kText, kText, kText}}},
      {"match", {2, 2, Match, {kText, kText}}},
      {"safeHtml", {1, 1, SafeText, {kText}}},
      {"title", {1, 1, OfText<Title>, {kText}}},
      {"toUpper", {1, 1, OfText<EachLetter<Upper>>, {kText}}},
      {"toLower", {1, 1, OfText<EachLetter<Lower>>, {kText}}},
      {"graphLink", {1, 1, OfText<GraphLink>, {kText}}},
      {"tableLink", {1, 1, OfText<TableLink>, {kText}}},
      {"urlQueryEscape", {1, 1, OfText<EscapeQuery>, {kText}}},
      {"stripPort", {1, 1, OfText<StripPort>, {kText}}},
      {"stripDomain", {1, 1, OfText<StripDomain>, {kText}}},
      {"humanize", {1, 1, OfNumber<Humanize>}},
      {"humanize1024", {1, 1, OfNumber<Humanize1024>}},
      {"humanizeDuration", {1, 1, OfNumber<HumanizeDuration>}},
      {"humanizePercentage", {1, 1, OfNumber<HumanizePercentage>}},
      {"humanizeTimestamp", {1, 1, HumanizeTimestamp}},
      {"toTime", {1, 1, ToTime}},
      {"toDuration", {1, 1, ToDuration}},
      {"parseDuration", {1, 1, ParseSeconds, {kText}}},
      {"now", {0, 0, Now}},
      {"externalURL",
       {0, 0,
        [](const Environment& environment, Arguments) -> Result<Value> {
          return Value(environment.external_url);
        }}},
      {"pathPrefix",
       {0, 0,
        [](const Environment& environment, Arguments) -> Result<Value> {
          return Value(environment.path_prefix);
        }}},
  };
  return table;
}

}  // namespace klaxon::templates
