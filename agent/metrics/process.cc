#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "agent/base/text.h"
#include "agent/metrics/own.h"

namespace klaxon::metrics {
namespace {

constexpr std::array<std::string_view, 1> kVersion{"version"};
constexpr std::string_view kSelf = "Klaxon itself";
constexpr std::string_view kProc = "/proc of the machine Klaxon runs on";

constexpr MetricInfo kBuildInfo{.name = "klaxon_build_info",
                                .help = "The version of Klaxon that runs; always 1",
                                .labels = kVersion,
                                .source = kSelf};

/// A metric of the process and the fact it shows.
struct ProcessRow {
  MetricInfo info{};
  std::optional<double> ProcessFacts::* fact = nullptr;
};

constexpr std::array kRows{
    ProcessRow{.info = {.name = "process_cpu_seconds_total",
                        .help = "User and system CPU time that the process used",
                        .type = MetricType::kCounter,
                        .unit = "seconds",
                        .source = kProc},
               .fact = &ProcessFacts::cpu_seconds},
    ProcessRow{.info = {.name = "process_start_time_seconds",
                        .help = "Unix time at which the process started",
                        .unit = "seconds",
                        .source = kProc},
               .fact = &ProcessFacts::start_time},
    ProcessRow{.info = {.name = "process_resident_memory_bytes",
                        .help = "Memory of the process that is in RAM",
                        .unit = "bytes",
                        .source = kProc},
               .fact = &ProcessFacts::resident_bytes},
    ProcessRow{.info = {.name = "process_virtual_memory_bytes",
                        .help = "Address space of the process",
                        .unit = "bytes",
                        .source = kProc},
               .fact = &ProcessFacts::virtual_bytes},
    ProcessRow{
        .info = {.name = "process_threads", .help = "Threads of the process", .source = kProc},
        .fact = &ProcessFacts::threads},
    ProcessRow{.info = {.name = "process_open_fds",
                        .help = "File descriptors that the process has open",
                        .source = kProc},
               .fact = &ProcessFacts::open_descriptors},
    ProcessRow{.info = {.name = "process_max_fds",
                        .help = "File descriptors that the process may have open",
                        .source = kProc},
               .fact = &ProcessFacts::max_descriptors},
};

std::optional<double> Number(const std::vector<std::string_view>& fields, size_t index) {
  double number = 0;
  if (index >= fields.size()) {
    return std::nullopt;
  }
  const std::string_view text = fields[index];
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

std::string FirstLine(const char* path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

/// Unix time at which the machine started: the line "btime N" of /proc/stat (proc(5)).
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("btime ")) {
      return Number(Split(line, ' '), 1);
    }
  }
  return std::nullopt;
}

/// /proc/self/stat; the numbers of its fields are those of proc(5), less the two that are cut off.
void ReadStat(ProcessFacts& facts) {
  constexpr size_t kUserTime = 14 - 3;
  constexpr size_t kSystemTime = 15 - 3;
  constexpr size_t kThreads = 20 - 3;
  constexpr size_t kStartTime = 22 - 3;
  constexpr size_t kVirtualSize = 23 - 3;
  constexpr size_t kResidentPages = 24 - 3;
  const std::string line = FirstLine("/proc/self/stat");
  const size_t name_end = line.rfind(')');  // the second field may hold blanks and brackets
  if (name_end == std::string::npos) {
    return;
  }
  const std::vector<std::string_view> fields =
      Split(std::string_view(line).substr(name_end + 1), ' ');
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto user = Number(fields, kUserTime);
  const auto system = Number(fields, kSystemTime);
  if (user && system) {
    facts.cpu_seconds = (*user + *system) / ticks;
  }
  const auto boot = BootTime();
  const auto start = Number(fields, kStartTime);
  if (boot && start) {
    facts.start_time = *boot + *start / ticks;
  }
  facts.threads = Number(fields, kThreads);
  facts.virtual_bytes = Number(fields, kVirtualSize);
  if (const auto pages = Number(fields, kResidentPages)) {
    facts.resident_bytes = *pages * static_cast<double>(sysconf(_SC_PAGESIZE));
  }
}

std::optional<double> OpenDescriptors() {
  std::error_code failure;
  double count = -1;  // the descriptor that reads the folder is in it
  std::filesystem::directory_iterator entry("/proc/self/fd", failure);
  while (!failure && entry != std::filesystem::directory_iterator()) {
    ++count;
    entry.increment(failure);
  }
  return failure ? std::nullopt : std::optional(count);
}

}  // namespace

ProcessFacts ReadProcess() {
  ProcessFacts facts;
  ReadStat(facts);
  facts.open_descriptors = OpenDescriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    facts.max_descriptors = limit.rlim_cur == RLIM_INFINITY
                                ? std::numeric_limits<double>::infinity()
                                : static_cast<double>(limit.rlim_cur);
  }
  return facts;
}

void EmitBuildInfo(std::string_view version, MetricWriter& writer) {
  writer.BeginFamily(kBuildInfo);
  writer.Sample({&version, 1}, 1);
}

void EmitProcess(const ProcessFacts& facts, MetricWriter& writer) {
  for (const ProcessRow& row : kRows) {
    writer.BeginFamily(row.info);
    if (const std::optional<double>& value = facts.*row.fact) {
      writer.Sample({}, *value);
    }
  }
}

std::span<const MetricInfo> OwnInfos() {
  static const std::vector<MetricInfo> all = [] {
    std::vector<MetricInfo> infos{kBuildInfo};
    for (const ProcessRow& row : kRows) {
      infos.push_back(row.info);
    }
    return infos;
  }();
  return all;
}

}  // namespace klaxon::metrics
