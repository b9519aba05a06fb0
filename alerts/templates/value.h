#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "agent/base/clock.h"

/// Templates of alerts and notifications: Go's text/template, as Prometheus and Alertmanager use
/// it.
namespace klaxon::templates {

struct List;
struct Map;
struct Struct;

/// One element of what a query answers.
struct Sample {
  std::map<std::string, std::string> labels{};
  double value = 0;
};

/// Text that is HTML already and is not escaped again.
struct SafeHtml {
  std::string text{};
};

/// What a template computes with. Cheap to copy: lists, maps, structs and samples are shared and
/// never change. It is always a tree of at most kDeepest levels.
class Value {
 public:
  static constexpr size_t kDeepest = 20;

  using Held =
      std::variant<std::monostate, bool, int64_t, uint64_t, double, std::string, SafeHtml, WallTime,
                   Duration, std::shared_ptr<const List>, std::shared_ptr<const Map>,
                   std::shared_ptr<const Struct>, std::shared_ptr<const Sample>>;

  /// Whether it can be made of a T. Nothing is converted on the way: an int is neither of them.
  template <class T>
  static constexpr bool kHeld =
      (std::is_same_v<T, bool> || std::is_same_v<T, int64_t> || std::is_same_v<T, uint64_t> ||
       std::is_same_v<T, double> || std::is_same_v<T, std::string> || std::is_same_v<T, SafeHtml> ||
       std::is_same_v<T, WallTime> || std::is_same_v<T, Duration> ||
       std::is_same_v<T, std::shared_ptr<const List>> ||
       std::is_same_v<T, std::shared_ptr<const Map>> ||
       std::is_same_v<T, std::shared_ptr<const Struct>> ||
       std::is_same_v<T, std::shared_ptr<const Sample>>);

  Value() = default;  ///< no value

  template <class T>
    requires kHeld<T>
  Value(T held)  // NOLINT(google-explicit-constructor)
      : held_(std::in_place_type<T>, std::move(held)) {}

  /// REQUIRES: the items are at most kDeepest - 1 deep.
  static Value OfList(std::vector<Value> items, std::string_view type = "[]interface {}");
  static Value OfMap(std::map<std::string, Value> entries);
  /// A struct of Go with these fields. `type`, its type in Go, and their names live for ever.
  static Value OfStruct(std::string_view type,
                        std::vector<std::pair<std::string_view, Value>> fields);
  static Value OfLabels(const std::map<std::string, std::string>& labels);
  static Value OfSample(Sample sample);

  /// What it holds, if it is that; nullptr otherwise.
  template <class T>
  const T* As() const {
    if constexpr (std::is_same_v<T, List> || std::is_same_v<T, Map> || std::is_same_v<T, Struct> ||
                  std::is_same_v<T, Sample>) {
      const auto* const shared = std::get_if<std::shared_ptr<const T>>(&held_);
      return shared == nullptr ? nullptr : shared->get();
    } else {
      return std::get_if<T>(&held_);
    }
  }

  bool empty() const { return As<std::monostate>() != nullptr; }

  const Held& held() const { return held_; }

  size_t depth() const;  ///< 0 for what holds no other values

 private:
  Held held_{};
};

/// Many values. What a query answers is one, too.
struct List {
  std::vector<Value> items{};
  std::string_view type = "[]interface {}";  ///< as an error names it
  size_t depth = 0;                          ///< lists and maps inside one another
};

/// Values by name.
struct Map {
  std::map<std::string, Value> entries{};
  bool of_strings = false;  ///< a missing entry is "", as in a set of labels; otherwise no value
  size_t depth = 0;
};

/// Fields by name, and no others: a field that it has not is an error, where a map has no value. It
/// has no length, cannot be ranged over and not be indexed.
struct Struct {
  std::string_view type{};                                   ///< as an error names it
  std::vector<std::pair<std::string_view, Value>> fields{};  ///< in the order they are shown
  size_t depth = 0;

  /// Null: there is none of that name.
  const Value* Find(std::string_view name) const;
};

/// The name of its type in Go, e.g. "float64": error texts carry it.
std::string_view TypeName(const Value& value);

/// Whether `if` takes it for true: not zero, not empty.
bool IsTrue(const Value& value);

/// As Go's %v shows it: "1.5", "map[a:b]", "<nil>". What is longer than `limit` bytes is cut there,
/// so that a value that names itself often costs no more than that.
std::string Shown(const Value& value, size_t limit);

/// The shortest text that reads back as the number, in Go's %v form: "5", "1e+06", "+Inf", "NaN".
std::string ShownNumber(double number);

}  // namespace klaxon::templates
