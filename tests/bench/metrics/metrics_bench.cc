#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <benchmark/benchmark.h>
#include <zlib.h>

#include "agent/base/clock.h"
#include "agent/base/duration.h"
#include "agent/http/server.h"
#include "agent/metrics/own.h"
#include "exporters/prometheus/page.h"
#include "tests/bench/metrics/large_view.h"
#include "tests/exporters/prometheus/raw_get.h"

namespace klaxon {
namespace {

const View& SizeL() {
  static SystemClock clock;
  static const View kView = bench::LargeView({}, clock.Now());
  return kView;
}

/// A fresh copy of the view's section, so that the page has to render it again.
View Changed(const View& view) {
  View changed = view;
  changed.parts[0].section = std::make_shared<const Section>(*view.parts[0].section);
  return changed;
}

/// Emits and forgets: what the tables cost without a writer.
class NullWriter final : public metrics::MetricWriter {
 public:
  void BeginFamily(const metrics::MetricInfo& /*info*/) override {}

  void Sample(metrics::LabelValues /*values*/, double /*value*/) override { ++samples; }

  void Unknown(metrics::LabelValues /*values*/, const AnswerRef& /*answer*/) override {}

  size_t samples = 0;
};

void TablesAtSizeL(benchmark::State& state) {
  NullWriter writer;
  for (auto _ : state) {
    writer.samples = 0;
    metrics::Emit(metrics::KafkaTable(), SizeL(), writer);
  }
  state.counters["samples"] = static_cast<double>(writer.samples);
}

BENCHMARK(TablesAtSizeL)->Unit(benchmark::kMillisecond);

void TextAtSizeL(benchmark::State& state) {
  size_t bytes = 0;
  for (auto _ : state) {
    bytes = 0;
    prometheus_page::TextWriter writer({}, [&](std::string_view text) { bytes += text.size(); });
    metrics::Emit(metrics::KafkaTable(), SizeL(), writer);
    writer.Finish();
  }
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}

BENCHMARK(TextAtSizeL)->Unit(benchmark::kMillisecond);

/// From a new section to a page that can be served, and what memory the page keeps.
void RenderAndDeflate(benchmark::State& state, const bench::Size& size) {
  SystemClock clock;
  const View base = bench::LargeView(size, clock.Now());
  prometheus_page::PrometheusPage page({}, clock, [](metrics::MetricWriter&) {});
  const double before = metrics::ReadProcess().resident_bytes.value_or(0);
  for (auto _ : state) {
    state.PauseTiming();
    const View view = Changed(base);
    state.ResumeTiming();
    page.Update(view);
  }
  const double after = metrics::ReadProcess().resident_bytes.value_or(0);
  state.counters["RSS_MB"] = (after - before) / 1e6;
  state.counters["gzip_MB"] = static_cast<double>(page.Serve({}).Bytes().size()) / 1e6;
}

BENCHMARK_CAPTURE(RenderAndDeflate, SizeL, {})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(RenderAndDeflate, MillionGroupPartitions,
                  {.topics = 2000, .groups = 10'000, .topics_of_group = 10})
    ->Unit(benchmark::kMillisecond);

void ServeAtSizeL(benchmark::State& state) {
  SystemClock clock;
  prometheus_page::PrometheusPage page({}, clock, [](metrics::MetricWriter&) {});
  page.Update(SizeL());
  size_t bytes = 0;
  for (auto _ : state) {
    bytes = page.Serve({}).Bytes().size();
  }
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}

BENCHMARK(ServeAtSizeL)->Unit(benchmark::kMillisecond);

/// What a client costs that takes no gzip.
void InflateAtSizeL(benchmark::State& state) {
  SystemClock clock;
  prometheus_page::PrometheusPage page({}, clock, [](metrics::MetricWriter&) {});
  page.Update(SizeL());
  std::string file(page.Serve({}).Bytes());
  std::vector<char> piece(64 * 1024);
  uint64_t bytes = 0;
  for (auto _ : state) {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    stream.next_in = reinterpret_cast<Bytef*>(file.data());
    stream.avail_in = static_cast<uInt>(file.size());
    int result = Z_OK;
    while (result == Z_OK) {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      result = inflate(&stream, Z_NO_FLUSH);
    }
    bytes = stream.total_out;
    inflateEnd(&stream);
  }
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}

BENCHMARK(InflateAtSizeL)->Unit(benchmark::kMillisecond);

/// Whole scrapes over loopback, one after the other, while the page is rendered again and again.
void ScrapeAtSizeL(benchmark::State& state, const char* accept_encoding) {
  SystemClock clock;
  prometheus_page::PrometheusPage page({}, clock, [](metrics::MetricWriter&) {});
  page.Update(SizeL());
  auto server = http::Server::Listen(
      {.listen = {.host = "127.0.0.1", .port = 0}},
      {{.method = "GET", .path = "/metrics", .handler = [&](const http::Request& request) {
          return page.Serve(request);
        }}});
  if (!server) {
    state.SkipWithError(server.error().message().c_str());
    return;
  }
  const std::jthread polls([&](const std::stop_token& stop) {
    while (clock.SleepUntil(clock.Now().mono + std::chrono::seconds{1}, stop)) {
      page.Update(Changed(SizeL()));
    }
  });
  std::vector<double> milliseconds;
  size_t bytes = 0;
  for (auto _ : state) {
    const MonoTime start = clock.Now().mono;
    bytes = testing::DrainGet((*server)->port(), "/metrics", accept_encoding);
    milliseconds.push_back(Seconds(clock.Now().mono - start) * 1e3);
  }
  std::ranges::sort(milliseconds);
  state.counters["p50_ms"] = milliseconds[milliseconds.size() / 2];
  state.counters["p99_ms"] = milliseconds[milliseconds.size() * 99 / 100];
  state.counters["MB"] = static_cast<double>(bytes) / 1e6;
}

BENCHMARK_CAPTURE(ScrapeAtSizeL, Gzip, "gzip")->Unit(benchmark::kMillisecond)->Iterations(300);
BENCHMARK_CAPTURE(ScrapeAtSizeL, Plain, "")->Unit(benchmark::kMillisecond)->Iterations(100);

}  // namespace
}  // namespace klaxon
