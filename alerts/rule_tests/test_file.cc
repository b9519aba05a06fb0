#include "alerts/rule_tests/test_file.h"

#include <cmath>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/config/read_file.h"
#include "agent/config/yaml_tree.h"
#include "agent/promql/numbers.h"
#include "alerts/rules/fields.h"

namespace klaxon::rule_tests {
namespace {

using config::YamlNode;
using rules::Fields;
using rules::Report;

constexpr size_t kLargestFile = size_t{4} << 20U;
constexpr size_t kMostValues = 500'000;

/// 2024-01-01T00:00:00Z, with an offset in place of Z too, or seconds since 1970.
std::optional<WallTime> ParseTime(const std::string& text) {
  if (const std::optional<double> seconds = promql::ParseNumber(text);
      seconds && promql::NumberLength(text) == text.size() && std::abs(*seconds) < 9e9) {
    return WallTime(std::chrono::milliseconds(std::llround(*seconds * 1e3)));
  }
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  double second = 0;
  int read = 0;
  if (std::sscanf(text.c_str(), "%4d-%2u-%2uT%2d:%2d:%lf%n", &year, &month, &day, &hour, &minute,
                  &second, &read) != 6) {
    return std::nullopt;
  }
  const std::string zone = text.substr(static_cast<size_t>(read));
  int zone_hours = 0;
  unsigned zone_minutes = 0;
  if (zone != "Z" && std::sscanf(zone.c_str(), "%3d:%2u", &zone_hours, &zone_minutes) != 2) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || year < 1700 || year > 2200) return std::nullopt;
  const int sign = zone.starts_with('-') ? -1 : 1;
  return std::chrono::sys_days(date) + std::chrono::hours(hour - zone_hours) +
         std::chrono::minutes(minute - sign * static_cast<int>(zone_minutes)) +
         std::chrono::milliseconds(std::llround(second * 1e3));
}

/// As YAML and PromQL write numbers.
std::optional<double> ParseValue(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  std::optional<double> value;
  if (text == ".inf" || text == ".Inf" || text == ".INF") {
    value = HUGE_VAL;
  } else if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    value = std::nan("");
  } else if (!text.empty()) {
    value = promql::ParseNumber(text);
  }
  if (value && negative) value = -*value;
  return value;
}

series::Labels LabelsOf(Fields& fields, std::string_view key) {
  return series::Labels(fields.Texts(key));
}

AlertExpectation ReadAlert(const YamlNode& node, const std::string& about, Report& report) {
  Fields fields(node, about, report);
  AlertExpectation alert{.at = fields.Time("eval_time").value_or(Duration::zero()),
                         .alert = fields.Text("alertname")};
  if (alert.alert.empty()) fields.Complain("", "an alert_rule_test needs its alertname");
  for (const YamlNode* const item : fields.List("exp_alerts")) {
    Fields expected(*item, about, report);
    alert.alerts.push_back({.labels = LabelsOf(expected, "exp_labels"),
                            .annotations = LabelsOf(expected, "exp_annotations")});
    expected.RefuseOthers();
  }
  fields.RefuseOthers();
  return alert;
}

void ReadSample(const YamlNode& node, const std::string& about, Report& report,
                ValueExpectation& value) {
  Fields fields(node, about, report);
  ExpectedSample sample;
  const std::string labels = fields.Text("labels");
  if (!labels.empty()) {
    const Result<series::Labels> parsed = promql::ParseSeriesLabels(labels);
    if (!parsed) fields.Complain("labels", parsed.error().message());
    if (parsed) sample.labels = *parsed;
  }
  if (!fields.Text("histogram").empty()) value.native_histograms = true;
  const std::string text = fields.Text("value");
  const std::optional<double> number = text.empty() ? 0.0 : ParseValue(text);
  if (!number) fields.Complain("value", fmt::format("not a number: \"{}\"", Printable(text, 60)));
  sample.value = number.value_or(0);
  fields.RefuseOthers();
  value.samples.push_back(std::move(sample));
}

ValueExpectation ReadValue(const YamlNode& node, const std::string& about, Report& report) {
  Fields fields(node, about, report);
  ValueExpectation value{.at = fields.Time("eval_time").value_or(Duration::zero()),
                         .expression = fields.Text("expr")};
  for (const YamlNode* const item : fields.List("exp_samples")) {
    ReadSample(*item, about, report, value);
  }
  fields.RefuseOthers();
  return value;
}

void ReadSeries(const YamlNode& node, const std::string& about, Report& report, Test& test) {
  Fields fields(node, about, report);
  const std::string series = fields.Text("series");
  const std::string values = fields.Text("values");
  fields.RefuseOthers();
  Result<promql::SeriesNotation> parsed = promql::ParseSeriesNotation(series + " " + values);
  if (parsed) {
    test.series.push_back(*std::move(parsed));
  } else {
    fields.Complain("series", fmt::format("the series \"{}\" cannot be read: {}",
                                          Printable(series, 100), parsed.error().message()));
  }
}

Test ReadTest(const YamlNode& node, size_t number, Duration interval, Report& report) {
  Fields fields(node, "", report);
  Test test{.name = fields.Text("name")};
  if (test.name.empty()) test.name = fmt::format("unnamed#{}", number);
  const std::string about = fmt::format("test \"{}\"", Printable(test.name, 100));
  fields.SetAbout(about);
  test.interval = fields.Time("interval").value_or(Duration::zero());
  if (test.interval == Duration::zero()) test.interval = interval;
  const std::string start = fields.Text("start_timestamp");
  const std::optional<WallTime> time = start.empty() ? WallTime{} : ParseTime(start);
  if (!time) fields.Complain("start_timestamp", "expected seconds or a time as RFC 3339 has it");
  test.start = time.value_or(WallTime{});
  for (const YamlNode* const item : fields.List("input_series")) {
    ReadSeries(*item, about, report, test);
  }
  for (const YamlNode* const item : fields.List("alert_rule_test")) {
    test.alerts.push_back(ReadAlert(*item, about, report));
  }
  for (const YamlNode* const item : fields.List("promql_expr_test")) {
    test.values.push_back(ReadValue(*item, about, report));
  }
  for (auto& [name, value] : fields.Texts("external_labels")) {
    test.external_labels.emplace(name, value);
  }
  test.external_url = fields.Text("external_url");
  fields.RefuseOthers();
  return test;
}

void ReadOrder(Fields& fields, TestFile& file) {
  for (const YamlNode* const item : fields.List("group_eval_order")) {
    const size_t place = file.order.size();
    if (!file.order.emplace(item->text, place).second) {
      fields.Complain("group_eval_order",
                      fmt::format("group name repeated in evaluation order: {}", item->text));
    }
  }
}

void ReadRoot(const YamlNode& root, Report& report, TestFile& file) {
  Fields fields(root, "", report);
  for (const YamlNode* const item : fields.List("rule_files")) {
    file.rule_files.push_back(item->text);
  }
  file.interval = fields.Time("evaluation_interval").value_or(Duration::zero());
  if (file.interval == Duration::zero()) file.interval = std::chrono::minutes(1);
  file.fuzzy = fields.Flag("fuzzy_compare");
  ReadOrder(fields, file);
  size_t number = 0;
  for (const YamlNode* const item : fields.List("tests")) {
    file.tests.push_back(ReadTest(*item, number++, file.interval, report));
  }
  fields.RefuseOthers();
}

}  // namespace

TestFile ParseTestFile(std::string_view text, std::string name) {
  TestFile file{.name = std::move(name)};
  Report report(file.name);
  const config::YamlTree tree =
      config::ParseTree(text, {.first_document_only = true, .most_values = kMostValues});
  for (const config::Mistake& mistake : tree.mistakes) {
    report.Add(mistake.position, mistake.path, mistake.what);
  }
  if (tree.root != nullptr) ReadRoot(*tree.root, report, file);
  file.mistakes = report.Take();
  return file;
}

TestFile ReadTestFile(const std::string& path) {
  const Result<std::string> text = config::ReadFile(path, kLargestFile);
  if (text) return ParseTestFile(*text, path);
  return {.name = path, .mistakes = {{.file = path, .what = text.error().message()}}};
}

}  // namespace klaxon::rule_tests
