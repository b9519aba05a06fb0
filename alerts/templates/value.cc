#include "alerts/templates/value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "alerts/templates/go_time.h"

namespace klaxon::templates {
namespace {

size_t DeepestOf(const std::vector<Value>& items) {
  size_t deepest = 0;
  for (const Value& item : items)
    deepest = std::max(deepest, item.depth());
  return deepest;
}

/// Writes values one after the other until there is enough.
class Printer {
 public:
  explicit Printer(size_t limit) : limit_(limit) {}

  void Add(const Value& value) {
    if (text_.size() >= limit_) return;
    if (const auto* list = value.As<List>()) {
      AddList(*list);
    } else if (const auto* map = value.As<Map>()) {
      AddMap(*map);
    } else if (const auto* fields = value.As<Struct>()) {
      AddStruct(*fields);
    } else if (const auto* sample = value.As<Sample>()) {
      text_ += "&{";
      Add(Value::OfLabels(sample->labels));
      text_ += " " + ShownNumber(sample->value) + "}";
    } else {
      AddPlain(value);
    }
  }

  std::string Take() && {
    if (text_.size() > limit_) text_.resize(limit_);
    return std::move(text_);
  }

 private:
  void AddList(const List& list) {
    text_ += "[";
    for (const Value& item : list.items) {
      if (text_.size() >= limit_) return;
      if (&item != list.items.data()) text_ += " ";
      Add(item);
    }
    text_ += "]";
  }

  void AddStruct(const Struct& fields) {
    text_ += "{";
    bool first = true;
    for (const auto& [name, value] : fields.fields) {
      if (!std::exchange(first, false)) text_ += " ";
      Add(value);
    }
    text_ += "}";
  }

  void AddMap(const Map& map) {
    text_ += "map[";
    bool first = true;
    for (const auto& [key, value] : map.entries) {
      if (text_.size() >= limit_) return;
      if (!std::exchange(first, false)) text_ += " ";
      text_ += key + ":";
      Add(value);
    }
    text_ += "]";
  }

  void AddPlain(const Value& value) {
    if (const auto* text = value.As<std::string>()) {
      text_ += *text;
    } else if (const auto* html = value.As<SafeHtml>()) {
      text_ += html->text;
    } else if (const auto* number = value.As<double>()) {
      text_ += ShownNumber(*number);
    } else if (const auto* whole = value.As<int64_t>()) {
      text_ += fmt::to_string(*whole);
    } else if (const auto* natural = value.As<uint64_t>()) {
      text_ += fmt::to_string(*natural);
    } else if (const auto* truth = value.As<bool>()) {
      text_ += *truth ? "true" : "false";
    } else if (const auto* time = value.As<WallTime>()) {
      text_ += ToString(*time);
    } else if (const auto* span = value.As<Duration>()) {
      text_ += ToString(*span);
    } else {
      text_ += "<nil>";
    }
  }

  size_t limit_;
  std::string text_{};
};

}  // namespace

Value Value::OfList(std::vector<Value> items, std::string_view type) {
  const size_t depth = 1 + DeepestOf(items);
  return std::make_shared<const List>(List{std::move(items), type, depth});
}

Value Value::OfMap(std::map<std::string, Value> entries) {
  Map map{.entries = std::move(entries)};
  for (const auto& [key, value] : map.entries)
    map.depth = std::max(map.depth, value.depth());
  map.depth += 1;
  return std::make_shared<const Map>(std::move(map));
}

Value Value::OfStruct(std::string_view type,
                      std::vector<std::pair<std::string_view, Value>> fields) {
  Struct made{.type = type, .fields = std::move(fields)};
  for (const auto& [name, value] : made.fields)
    made.depth = std::max(made.depth, value.depth());
  made.depth += 1;
  return std::make_shared<const Struct>(std::move(made));
}

const Value* Struct::Find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &std::pair<std::string_view, Value>::first);
  return found == fields.end() ? nullptr : &found->second;
}

Value Value::OfLabels(const std::map<std::string, std::string>& labels) {
  Map map{.of_strings = true, .depth = 1};
  for (const auto& [name, value] : labels)
    map.entries.emplace(name, value);
  return std::make_shared<const Map>(std::move(map));
}

Value Value::OfSample(Sample sample) {
  return std::make_shared<const Sample>(std::move(sample));
}

size_t Value::depth() const {
  if (const auto* list = As<List>()) return list->depth;
  if (const auto* map = As<Map>()) return map->depth;
  if (const auto* fields = As<Struct>()) return fields->depth;
  return 0;
}

std::string_view TypeName(const Value& value) {
  if (const auto* list = value.As<List>()) return list->type;
  if (const auto* fields = value.As<Struct>()) return fields->type;
  if (const auto* map = value.As<Map>())
    return map->of_strings ? "map[string]string" : "map[string]interface {}";
  static constexpr std::array<std::string_view, std::variant_size_v<Value::Held>> kNames{
      "<nil>",      "bool",           "int",  "uint", "float64", "string",          "template.HTML",
      "*time.Time", "*time.Duration", "list", "map",  "struct",  "*template.sample"};
  return kNames.at(value.held().index());
}

bool IsTrue(const Value& value) {
  if (const auto* truth = value.As<bool>()) return *truth;
  if (const auto* whole = value.As<int64_t>()) return *whole != 0;
  if (const auto* natural = value.As<uint64_t>()) return *natural != 0;
  if (const auto* number = value.As<double>()) return *number != 0;
  if (const auto* text = value.As<std::string>()) return !text->empty();
  if (const auto* html = value.As<SafeHtml>()) return !html->text.empty();
  if (const auto* span = value.As<Duration>()) return span->count() != 0;
  if (const auto* list = value.As<List>()) return !list->items.empty();
  if (const auto* map = value.As<Map>()) return !map->entries.empty();
  return !value.empty();  // times, structs and samples are true
}

std::string Shown(const Value& value, size_t limit) {
  Printer printer(limit);
  printer.Add(value);
  return std::move(printer).Take();
}

std::string ShownNumber(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  std::array<char, 40> buffer{};
  const auto scientific = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                        std::chars_format::scientific);
  const std::string_view text(buffer.data(), static_cast<size_t>(scientific.ptr - buffer.data()));
  const size_t mark = text.find('e');
  int exponent = 0;
  const bool minus = text[mark + 1] == '-';
  std::from_chars(text.data() + mark + 2, text.data() + text.size(), exponent);
  // As strconv decides for the shortest form: an exponent from 1e6 on, and below 1e-4.
  if (minus ? exponent > 4 : exponent >= 6) return std::string(text);
  const auto fixed =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed);
  return {buffer.data(), fixed.ptr};
}

}  // namespace klaxon::templates
