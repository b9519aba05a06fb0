#include <cmath>
#include <compare>
#include <optional>

#include <fmt/format.h>

#include "alerts/templates/format.h"
#include "alerts/templates/functions.h"
#include "alerts/templates/literal.h"

namespace klaxon::templates {
namespace {

using Arguments = std::span<const Value>;

/// What can be compared with one another: Go compares integers of both kinds, and nothing else that
/// differs in kind.
enum class Basic { kNone, kBool, kInteger, kFloat, kText };

Basic BasicOf(const Value& value) {
  if (value.As<bool>() != nullptr) return Basic::kBool;
  if (value.As<int64_t>() != nullptr || value.As<uint64_t>() != nullptr ||
      value.As<Duration>() != nullptr)
    return Basic::kInteger;
  if (value.As<double>() != nullptr) return Basic::kFloat;
  if (value.As<std::string>() != nullptr || value.As<SafeHtml>() != nullptr) return Basic::kText;
  return Basic::kNone;
}

std::string_view Text(const Value& value) {
  const auto* const text = value.As<std::string>();
  return text != nullptr ? *text : value.As<SafeHtml>()->text;
}

std::strong_ordering CompareIntegers(const Value& left, const Value& right) {
  const auto signed_of = [](const Value& value) -> std::optional<int64_t> {
    if (const auto* whole = value.As<int64_t>()) return *whole;
    if (const auto* span = value.As<Duration>()) return span->count();
    return std::nullopt;
  };
  const std::optional<int64_t> a = signed_of(left);
  const std::optional<int64_t> b = signed_of(right);
  if (a && b) return *a <=> *b;
  if (a)
    return *a < 0 ? std::strong_ordering::less
                  : static_cast<uint64_t>(*a) <=> *right.As<uint64_t>();
  if (b)
    return *b < 0 ? std::strong_ordering::greater
                  : *left.As<uint64_t>() <=> static_cast<uint64_t>(*b);
  return *left.As<uint64_t>() <=> *right.As<uint64_t>();
}

/// How two values stand to each other. Error: they cannot be compared.
Result<std::partial_ordering> Compare(const Value& left, const Value& right) {
  const Basic kind = BasicOf(left);
  const auto incompatible = [&] {
    return Error(Reason::kInvalid, fmt::format("incompatible types for comparison: {} and {}",
                                               TypeName(left), TypeName(right)));
  };
  if (kind == Basic::kNone || BasicOf(right) == Basic::kNone) {
    if (left.empty() && right.empty()) return std::partial_ordering::equivalent;
    if (left.empty() || right.empty()) return std::partial_ordering::unordered;
    if (kind != BasicOf(right)) return incompatible();
    return Error(Reason::kInvalid,
                 fmt::format("non-comparable type {}: {}", Shown(left, 1000), TypeName(left)));
  }
  if (kind != BasicOf(right)) return incompatible();
  switch (kind) {
    case Basic::kBool:
      return std::partial_ordering(*left.As<bool>() <=> *right.As<bool>());
    case Basic::kInteger:
      return std::partial_ordering(CompareIntegers(left, right));
    case Basic::kFloat:
      return *left.As<double>() <=> *right.As<double>();
    default:
      return std::partial_ordering(Text(left) <=> Text(right));
  }
}

/// eq: the first is equal to one of the others.
Result<Value> Equal(const Environment& /*environment*/, Arguments arguments) {
  if (arguments.size() == 1) {
    return Error(Reason::kInvalid, "missing argument for comparison");
  }
  for (const Value& other : arguments.subspan(1)) {
    const Result<std::partial_ordering> order = Compare(arguments[0], other);
    if (!order) return order.error();
    if (*order == std::partial_ordering::equivalent) return Value(true);
  }
  return Value(false);
}

Result<Value> NotEqual(const Environment& environment, Arguments arguments) {
  Result<Value> equal = Equal(environment, arguments);
  if (!equal) return equal;
  return Value(!*equal->As<bool>());
}

bool IsLess(std::partial_ordering order) {
  return order < 0;
}

bool IsLessOrEqual(std::partial_ordering order) {
  return order <= 0;
}

bool IsGreater(std::partial_ordering order) {
  return order > 0;
}

bool IsGreaterOrEqual(std::partial_ordering order) {
  return order >= 0;
}

/// Comparisons that need an order.
template <bool (*kHolds)(std::partial_ordering)>
Result<Value> Ordered(const Environment& /*environment*/, Arguments arguments) {
  if (BasicOf(arguments[0]) == Basic::kNone || BasicOf(arguments[1]) == Basic::kNone ||
      (BasicOf(arguments[0]) == Basic::kBool && BasicOf(arguments[1]) == Basic::kBool)) {
    return Error(Reason::kInvalid, "invalid type for comparison");
  }
  const Result<std::partial_ordering> order = Compare(arguments[0], arguments[1]);
  if (!order) return order.error();
  return Value(kHolds(*order));
}

Result<Value> Not(const Environment& /*environment*/, Arguments arguments) {
  return Value(!IsTrue(arguments[0]));
}

Result<Value> Length(const Environment& /*environment*/, Arguments arguments) {
  const Value& value = arguments[0];
  if (const auto* text = value.As<std::string>()) return Value(static_cast<int64_t>(text->size()));
  if (const auto* list = value.As<List>()) return Value(static_cast<int64_t>(list->items.size()));
  if (const auto* map = value.As<Map>()) {
    return Value(static_cast<int64_t>(map->entries.size()));
  }
  if (value.empty()) return Error(Reason::kInvalid, "len of nil pointer");
  return Error(Reason::kInvalid, fmt::format("len of type {}", TypeName(value)));
}

Result<Value> ItemOf(const Value& value, const Value& key) {
  if (const auto* map = value.As<Map>()) {
    if (key.empty()) {
      return Error(Reason::kInvalid, "value is nil; should be of type string");
    }
    const Result<std::string> name = TextOf(key);
    if (!name) {
      return Error(Reason::kInvalid,
                   fmt::format("value has type {}; should be string", TypeName(key)));
    }
    const auto found = map->entries.find(*name);
    if (found != map->entries.end()) return found->second;
    return map->of_strings ? Value(std::string()) : Value();
  }
  const auto* const list = value.As<List>();
  const auto* const text = value.As<std::string>();
  if (list == nullptr && text == nullptr)
    return Error(Reason::kInvalid, fmt::format("can't index item of type {}", TypeName(value)));
  const auto* const index = key.As<int64_t>();
  if (index == nullptr)
    return Error(Reason::kInvalid,
                 fmt::format("cannot index slice/array with type {}", TypeName(key)));
  const size_t size = list != nullptr ? list->items.size() : text->size();
  if (*index < 0 || static_cast<uint64_t>(*index) >= size)
    return Error(Reason::kInvalid, fmt::format("index out of range: {}", *index));
  const auto at = static_cast<size_t>(*index);
  if (list != nullptr) return list->items[at];
  return Value(static_cast<int64_t>(static_cast<unsigned char>((*text)[at])));
}

Result<Value> Index(const Environment& /*environment*/, Arguments arguments) {
  Value value = arguments[0];
  if (value.empty()) return Error(Reason::kInvalid, "index of untyped nil");
  for (const Value& key : arguments.subspan(1)) {
    Result<Value> item = ItemOf(value, key);
    if (!item) return item;
    value = std::move(*item);
  }
  return value;
}

/// As Go's Sprint: spaces between operands when neither is a text.
Result<Value> Print(const Environment& /*environment*/, Arguments arguments) {
  std::string text;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0 && arguments[i].As<std::string>() == nullptr &&
        arguments[i - 1].As<std::string>() == nullptr)
      text += ' ';
    text += Shown(arguments[i], kLongestText);
    if (text.size() > kLongestText) return Error(Reason::kInvalid, "text longer than 1 MiB");
  }
  return Value(std::move(text));
}

Result<Value> PrintLine(const Environment& /*environment*/, Arguments arguments) {
  std::string text;
  for (const Value& argument : arguments) {
    text += (text.empty() ? "" : " ") + Shown(argument, kLongestText);
    if (text.size() > kLongestText) return Error(Reason::kInvalid, "text longer than 1 MiB");
  }
  return Value(text + "\n");
}

Result<Value> PrintFormat(const Environment& /*environment*/, Arguments arguments) {
  const Result<std::string> format = TextOf(arguments[0]);
  if (!format) return format.error();
  Result<std::string> text = FormatLikeGo(*format, arguments.subspan(1));
  if (!text) return text.error();
  return Value(std::move(*text));
}

/// A function of the text of all its arguments.
template <std::string (*kOf)(std::string_view)>
Result<Value> OfText(const Environment& environment, Arguments arguments) {
  Result<Value> text = Print(environment, arguments);
  if (!text) return text;
  return Value(kOf(*text->As<std::string>()));
}

std::string JavaScript(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '\'' || c == '"' || c == '\\') {
      escaped += {'\\', c};
    } else if (c == '<' || c == '>' || c == '&' || c == '=' ||
               static_cast<unsigned char>(c) < 0x20) {
      escaped += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
    } else {
      escaped += c;
    }
  }
  return escaped;
}

Result<Value> Lazy(const Environment& /*environment*/, Arguments arguments) {
  return arguments.back();  // the evaluation stops at the one that decides
}

}  // namespace

const FunctionTable& BuiltinFunctions() {
  static const FunctionTable table{
      {"and", {1, kAnyNumber, Lazy}},
      {"or", {1, kAnyNumber, Lazy}},
      {"not", {1, 1, Not}},
      {"eq", {1, kAnyNumber, Equal}},
      {"ne", {2, 2, NotEqual}},
      {"lt", {2, 2, Ordered<IsLess>}},
      {"le", {2, 2, Ordered<IsLessOrEqual>}},
      {"gt", {2, 2, Ordered<IsGreater>}},
      {"ge", {2, 2, Ordered<IsGreaterOrEqual>}},
      {"len", {1, 1, Length}},
      {"index", {1, kAnyNumber, Index}},
      {"print", {0, kAnyNumber, Print}},
      {"println", {0, kAnyNumber, PrintLine}},
      {"printf", {1, kAnyNumber, PrintFormat, {ArgumentType::kText}}},
      {"html", {0, kAnyNumber, OfText<EscapeHtml>}},
      {"js", {0, kAnyNumber, OfText<JavaScript>}},
      {"urlquery", {0, kAnyNumber, OfText<EscapeQuery>}},
  };
  return table;
}

}  // namespace klaxon::templates
