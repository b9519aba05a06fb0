// One poll of a large Connect cluster over loopback. The worker is simulated in a process of its
// own, so that time and memory are Klaxon's. Peak: by how much the resident set grew while a poll
// ran, the facts of the poll before included. Anew: by a collector that knows nothing of before;
// again: nothing has changed since the poll before. of_anew: CPU against that of anew, same run.

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>
#include <string>

#include <benchmark/benchmark.h>

#include "agent/http/client.h"
#include "agent/simulator/connect_incidents.h"
#include "collectors/connect/collector.h"

namespace klaxon {
namespace {

constexpr size_t kConnectors = 1000;
constexpr int kTasks = 4;
constexpr double kMega = 1e6;

/// A worker in another process, which ends with this.
class WorkerProcess {
 public:
  explicit WorkerProcess(size_t trace_bytes) {
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) std::abort();
    child_ = ::fork();
    if (child_ == 0) {
      Serve(trace_bytes, pipe[1]);
    }
    ::close(pipe[1]);
    std::array<char, 100> text{};
    const ssize_t count = ::read(pipe[0], text.data(), text.size());
    ::close(pipe[0]);
    if (count <= 0) std::abort();
    url_.assign(text.data(), static_cast<size_t>(count));
  }

  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  ~WorkerProcess() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  const std::string& url() const { return url_; }

 private:
  [[noreturn]] static void Serve(size_t trace_bytes, int to) {
    auto worker =
        simulator::ConnectWorker::Start(simulator::SizedConnect(kConnectors, kTasks, trace_bytes));
    if (!worker) std::abort();
    const std::string& url = (*worker)->url();
    if (::write(to, url.data(), url.size()) < 0) std::abort();
    while (true)
      ::pause();
  }

  pid_t child_ = 0;
  std::string url_{};
};

/// A field of /proc/self/status, in bytes.
double Memory(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kilobytes = 0;
    if (word == field + ":" && status >> kilobytes) return kilobytes * 1024;
  }
  return 0;
}

void ForgetPeak() {
  std::ofstream("/proc/self/clear_refs") << "5";  // proc(5)
}

/// Of this process so far, in seconds.
double ProcessorTime() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double anew_cpu = 0;  // seconds a poll, of the last benchmark that polled anew

void Poll(benchmark::State& state) {
  const bool anew = state.range(1) == 0;
  const WorkerProcess worker(static_cast<size_t>(state.range(0)));
  SystemClock clock;
  const std::unique_ptr<http::HttpClient> http = http::MakeHttpClient();
  connect_collector::Config config{.name = "lake"};
  config.source.urls = {worker.url()};
  config.request_timeout = std::chrono::seconds{30};
  auto collector = std::make_unique<connect_collector::ConnectCollector>(config, *http);
  const auto poll = [&] {
    return collector->Poll({.clock = clock,
                            .interval = config.interval,
                            .deadline = clock.Now().mono + std::chrono::minutes{1},
                            .stop = {}});
  };
  const double before = Memory("VmRSS");
  poll();  // the worker makes its list, connections are made
  double peak = 0;
  double cpu = 0;
  for (auto _ : state) {
    ForgetPeak();
    if (anew) {
      state.PauseTiming();
      collector = std::make_unique<connect_collector::ConnectCollector>(config, *http);
      state.ResumeTiming();
    }
    const double begun = ProcessorTime();
    const Reading reading = poll();
    if (!reading.problems.empty()) {
      state.SkipWithError(reading.problems.front().error.message().c_str());
    }
    cpu += ProcessorTime() - begun;
    peak = std::max(peak, Memory("VmHWM") - before);
  }
  cpu /= static_cast<double>(state.iterations());
  anew_cpu = anew ? cpu : anew_cpu;
  state.counters["of_anew"] = cpu / anew_cpu;
  state.counters["peak_MB"] = peak / kMega;
  state.counters["kept_MB"] = (Memory("VmRSS") - before) / kMega;
}

BENCHMARK(Poll)
    ->ArgNames({"trace_bytes", "again"})
    ->Args({0, 0})
    ->Args({0, 1})
    ->Args({20'000, 0})
    ->Args({20'000, 1})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace klaxon
