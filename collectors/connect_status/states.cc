#include "collectors/connect_status/states.h"

#include <charconv>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/connect/trace.h"
#include "collectors/connect_status/record_json.h"

namespace klaxon::connect_status_collector {
namespace {

constexpr size_t kMostBytes = size_t{4} << 20U;  // of a value; a trace has some 20 kB
constexpr size_t kMostName = 10'000;

/// What a key names.
struct Subject {
  std::string_view connector{};
  std::optional<int32_t> task{};
};

/// "status-connector-NAME" or "status-task-NAME-ID"; a name may hold dashes. Empty: another key,
/// such as "status-topic-...".
std::optional<Subject> SubjectOf(std::string_view key) {
  constexpr std::string_view kConnector = "status-connector-";
  constexpr std::string_view kTask = "status-task-";
  if (key.size() > kMostName) {
    return std::nullopt;
  }
  if (key.starts_with(kConnector) && key.size() > kConnector.size()) {
    return Subject{.connector = key.substr(kConnector.size()), .task = std::nullopt};
  }
  const size_t dash = key.rfind('-');
  if (!key.starts_with(kTask) || dash <= kTask.size()) {
    return std::nullopt;
  }
  int32_t task = -1;
  const std::string_view digits = key.substr(dash + 1);
  const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), task);
  if (wrong != std::errc{} || end != digits.data() + digits.size() || task < 0) {
    return std::nullopt;
  }
  return Subject{.connector = key.substr(kTask.size(), dash - kTask.size()), .task = task};
}

std::optional<ConnectTold> ReadTold(std::string_view value) {
  const nlohmann::json json = ObjectIn(value, kMostBytes);
  if (TextAt(json, "state").empty()) {
    return std::nullopt;
  }
  ConnectTold told{.state = Printable(TextAt(json, "state"), 100),
                   .worker = Printable(TextAt(json, "worker_id"))};
  const std::string trace = TextAt(json, "trace");
  if (!trace.empty()) {
    told.failure = connect::ReadFailure(trace, "");
    told.root_cause = told.failure == nullptr ? "" : connect::LineOf(*told.failure);
  }
  return told;
}

}  // namespace

bool States::Remove(std::string_view name, std::optional<int32_t> task) {
  const auto row = table_.find(name);
  if (row == table_.end()) {
    return false;
  }
  if (task) {
    row->second.tasks.erase(*task);
  } else {
    row->second.own.reset();
  }
  if (!row->second.own && row->second.tasks.empty()) {
    table_.erase(row);
  }
  return true;
}

bool States::Put(std::string_view name, std::optional<int32_t> task, ConnectTold told) {
  const auto row = table_.find(name);
  if (row == table_.end() && table_.size() >= kMostConnectors) {
    return false;
  }
  ConnectStatusRow& into = row == table_.end() ? table_[std::string(name)] : row->second;
  if (!task) {
    into.own = std::move(told);
  } else if (into.tasks.contains(*task) || into.tasks.size() < kMostTasks) {
    into.tasks[*task] = std::move(told);
  }
  return true;
}

bool States::Apply(std::string_view key, std::optional<std::string_view> value) {
  const std::optional<Subject> subject = SubjectOf(key);
  if (!subject) {
    return false;
  }
  std::optional<ConnectTold> told = value ? ReadTold(*value) : std::nullopt;
  bool changed = false;
  if (!value || (told && told->state == "DESTROYED")) {
    changed = Remove(subject->connector, subject->task);
  } else if (told) {
    changed = Put(subject->connector, subject->task, *std::move(told));
  }
  if (changed) {
    published_.reset();
  }
  return changed;
}

std::shared_ptr<const ConnectStatusTable> States::Table() {
  if (published_ == nullptr) {
    published_ = std::make_shared<const ConnectStatusTable>(table_);
  }
  return published_;
}

}  // namespace klaxon::connect_status_collector
