#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/duration.h"
#include "agent/base/secret.h"
#include "agent/base/text.h"
#include "agent/config/mistake.h"

namespace klaxon::config {

class Reading;
struct YamlNode;
struct CatalogueEntry;

/// Both ends belong to the range.
struct IntegerRange {
  int64_t least = std::numeric_limits<int64_t>::min();
  int64_t most = std::numeric_limits<int64_t>::max();
};

struct NumberRange {
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
};

struct DurationRange {
  Duration least = Duration::zero();
  Duration most = Duration::max();
};

enum class ListForm {
  kSequence,          ///< `[a, b]` or one `- a` a line
  kSequenceOrCommas,  ///< "a, b" in one text too
};

/// One name of an enumeration in the file.
template <class E>
struct Named {
  std::string_view name{};
  E value{};
};

/// One map of a configuration file, read key by key:
///
///     config.interval = yaml.Duration("interval", config.interval, {1s, 1h});
///     config.url = yaml.RequiredString("url");
///     yaml.Finish();
///
/// A getter never throws and never fails: what is wrong becomes a Mistake in the document, with its
/// line and path, and the fallback is returned, so that one reading finds all mistakes. A key that
/// is there without a value (`key:`) counts as not given, except where it is required. `${NAME}`,
/// `${NAME:-default}` and `$$` (for `$`) are expanded in every value, never in keys.
///
/// Each key is known once a getter asked for it, and each section is opened once. Finish() reports
/// the keys nobody asked for; the destructor does it for a map whose reader forgot.
/// Not thread-safe, as is the whole document.
class YamlMap {
 public:
  YamlMap(YamlMap&& other) noexcept = default;
  YamlMap& operator=(YamlMap&& other) = delete;
  YamlMap(const YamlMap&) = delete;
  YamlMap& operator=(const YamlMap&) = delete;
  ~YamlMap();

  /// Whether the key is there with a value. The key counts as known from now on.
  bool Has(std::string_view key);

  /// Complains when the key is not there or has no value. A getter has to follow.
  bool Require(std::string_view key);

  std::string String(std::string_view key, std::string_view fallback);
  std::optional<std::string> OptionalString(std::string_view key);

  /// Not empty; empty only when a mistake was reported.
  std::string RequiredString(std::string_view key);

  /// A file's name; a relative one starts at the configuration file's folder. Whether the file is
  /// there is not looked at.
  std::optional<std::string> FileName(std::string_view key);

  int64_t Integer(std::string_view key, int64_t fallback, IntegerRange range = {});
  double Number(std::string_view key, double fallback, NumberRange range = {});
  bool Bool(std::string_view key, bool fallback);
  klaxon::Duration Duration(std::string_view key, klaxon::Duration fallback,
                            DurationRange range = {});

  /// "host:9092", "[::1]:9092", ":9308". `default_port` 0: the port has to be written.
  klaxon::HostPort HostPort(std::string_view key, const klaxon::HostPort& fallback,
                            uint16_t default_port = 0);

  /// Several addresses, as a list or separated by commas; empty when the key is not given.
  std::vector<klaxon::HostPort> HostPorts(std::string_view key, uint16_t default_port = 0);

  std::vector<std::string> StringList(std::string_view key,
                                      const std::vector<std::string>& fallback = {},
                                      ListForm form = ListForm::kSequenceOrCommas);

  /// A map with keys of the user's choice and text values, in the order of the file.
  std::vector<std::pair<std::string, std::string>> StringMap(std::string_view key);

  /// The index in `names` of what is written. REQUIRES: fallback < names.size().
  size_t Choice(std::string_view key, size_t fallback, std::span<const std::string_view> names);

  /// REQUIRES: `fallback` is one of `names`.
  template <class E>
  E Enum(std::string_view key, E fallback, std::span<const Named<E>> names) {
    std::vector<std::string_view> texts;
    size_t index = 0;
    for (const Named<E>& named : names) {
      if (named.value == fallback) {
        index = texts.size();
      }
      texts.push_back(named.name);
    }
    return names[Choice(key, index, texts)].value;
  }

  /// From `key:` or from the file that `key_file:` names (its content without blanks and line ends
  /// around it; relative paths start at the configuration file's folder). Empty when not given.
  klaxon::Secret Secret(std::string_view key);

  /// As Secret(), complaining when neither `key` nor `key_file` is given, or what is given is
  /// empty: a variable of the environment that is set to nothing.
  klaxon::Secret RequiredSecret(std::string_view key);

  /// A map below this one: empty optional when the key is not given, an empty map for `key:`.
  std::optional<YamlMap> Map(std::string_view key);

  /// A list of maps; empty when the key is not given.
  std::vector<YamlMap> Maps(std::string_view key);

  /// Reports a mistake that the reader of a section found, at the key's line (at the map's line
  /// when the key is not given), e.g. `Complain("timeout", "must be below the interval (10s)")`.
  void Complain(std::string_view key, std::string what);

  /// The same with what was found, quoted as the file has it. REQUIRES: the key is given, and its
  /// value is no secret.
  void ComplainOfValue(std::string_view key, std::string_view what) { Wrong(key, what); }

  /// Where the key is; where this map begins when the key is not given.
  Position PositionOf(std::string_view key) const;

  /// "clusters[0].kafka"; empty for the root.
  const std::string& path() const { return path_; }

  /// Reports every key that no getter asked for. No getter may follow.
  void Finish();

 private:
  friend class Document;

  template <class T>
  struct RangedKind;
  struct ListItem;

  YamlMap(std::shared_ptr<Reading> reading, const YamlNode* node, std::string path);

  const YamlNode* Ask(std::string_view key);
  std::optional<std::string> Text(std::string_view key, std::string_view expected);
  std::optional<std::vector<ListItem>> Items(std::string_view key, std::string_view expected,
                                             ListForm form);
  template <class T>
  T Ranged(std::string_view key, T fallback, const RangedKind<T>& kind);
  klaxon::Secret ReadSecret(std::string_view key, bool may_be_empty);
  std::string SecretFrom(std::string_view file_key, const YamlNode& node);

  void Wrong(std::string_view key, std::string_view what);
  void Record(std::string_view key, CatalogueEntry entry);
  std::string PathOf(std::string_view key) const;

  std::shared_ptr<Reading> reading_;  // empty after a move
  const YamlNode* node_;              // owned by *reading_
  std::string path_;
  std::vector<std::string> known_{};
  std::vector<std::string> required_{};
  bool finished_ = false;
};

}  // namespace klaxon::config
