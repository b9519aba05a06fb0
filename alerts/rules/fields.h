#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "agent/base/clock.h"
#include "agent/config/yaml_tree.h"
#include "alerts/rules/finding.h"

namespace klaxon::rules {

/// What was found wrong in one file so far. After 100 findings the rest is left out.
class Report {
 public:
  explicit Report(std::string file) : file_(std::move(file)) {}

  void Add(config::Position position, std::string about, std::string what);

  bool empty() const { return findings_.empty(); }

  const std::string& file() const { return file_; }

  /// Sorted by place.
  std::vector<Finding> Take();

 private:
  std::string file_;
  std::vector<Finding> findings_{};
};

/// One map of a file in Prometheus' formats, read field by field as Go's decoder does: `<<` merges
/// other maps in, `null` is as if it were not there, in a list too, and a text may be written as a
/// number. What is wrong goes into the report, and the field counts as not given.
class Fields {
 public:
  /// `about` names the map in findings. A node that is no map (null aside) is a finding.
  Fields(const config::YamlNode& node, std::string about, Report& report);

  /// Of a field, or of the whole map when it is not there.
  config::Position PositionOf(std::string_view key) const;

  /// Null: not given.
  const config::YamlNode* Take(std::string_view key);

  std::string Text(std::string_view key);
  /// Prometheus' durations: "1h30m", "0".
  std::optional<Duration> Time(std::string_view key);
  int64_t Integer(std::string_view key);
  bool Flag(std::string_view key);
  std::vector<std::pair<std::string, std::string>> Texts(std::string_view key);
  std::vector<const config::YamlNode*> List(std::string_view key);

  void Complain(std::string_view key, std::string what);

  /// Names the map in the findings that follow.
  void SetAbout(std::string about) { about_ = std::move(about); }

  const std::string& about() const { return about_; }

  /// Reports every field that nobody took.
  void RefuseOthers();

 private:
  void Gather(const config::YamlNode& map, int depth);
  void Merge(const config::YamlNode& value, int depth);
  const config::YamlNode* TakeText(std::string_view key, std::string_view expected);

  config::Position position_;
  std::string about_;
  Report& report_;
  std::vector<config::YamlNode::Entry> entries_{};
  std::vector<std::string> taken_{};
};

}  // namespace klaxon::rules
