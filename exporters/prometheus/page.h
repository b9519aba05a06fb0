#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/mutex.h"
#include "agent/http/message.h"
#include "agent/metrics/writer.h"
#include "agent/model/view.h"
#include "exporters/prometheus/gzip.h"
#include "exporters/prometheus/text_writer.h"

namespace klaxon::prometheus_page {

/// The page behind /metrics, kept ready: in fragments, one a kind of source, each rendered and
/// compressed when a section of that kind has changed or one of its answers has expired. A scrape
/// only puts them together and adds what Klaxon says of its own process.
class PrometheusPage {
 public:
  /// Emits what is read when somebody scrapes: the process, our own counters. Thread-safe, quick.
  using OwnMetrics = std::function<void(metrics::MetricWriter&)>;

  /// `clock` must outlive the page.
  PrometheusPage(TextOptions options, Clock& clock, OwnMetrics own);
  PrometheusPage(const PrometheusPage&) = delete;
  PrometheusPage& operator=(const PrometheusPage&) = delete;
  ~PrometheusPage() = default;

  /// Renders what differs from the view before; at most one thread at a time.
  void Update(const View& view);

  /// The page as of the last view, as a gzip file (the server unpacks it for a client that wants
  /// plain text). Before the first view it holds Klaxon's own metrics only, with status 200: the
  /// agent is up and knows nothing yet. A fragment that should have been renewed some time ago and
  /// was not is left out, so that a stuck thread of ours cannot keep old values alive. Thread-safe.
  http::Response Serve(const http::Request& request) const;

  /// What the page says of itself now, `klaxon_page_*`. Thread-safe.
  void EmitPage(metrics::MetricWriter& writer) const;

 private:
  /// A kind of source.
  struct Kind {
    std::string_view name{};       ///< label value
    std::string_view collector{};  ///< of its sections; empty: all
    metrics::Table (*table)() = nullptr;
  };

  /// What a kind looked like when it was rendered last. Immutable once it is shown.
  struct Fragment {
    std::vector<ViewPart> parts{};
    MonoTime expires = MonoTime::max();  ///< first moment at which it is not true any more
    DeflatedPart deflated{};
    Instant rendered_at{};
    Duration took{};
    size_t samples = 0;
    size_t duplicates = 0;
  };

  /// What was composed last.
  struct Served {
    std::shared_ptr<const std::string> file{};
    MonoTime made_at{};
  };

  static constexpr size_t kKinds = 9;
  using Fragments = std::array<std::shared_ptr<const Fragment>, kKinds>;

  static const std::array<Kind, kKinds>& Kinds();
  static View PartOfKind(const View& view, const Kind& kind);
  static bool Holds(const Fragment* fragment, const View& view);
  Fragments Current() const;
  std::shared_ptr<const Fragment> Render(metrics::Table table, View view);
  std::shared_ptr<const std::string> Compose(const Fragments& fragments, const Instant& now) const;
  static bool IsOverdue(const Fragment& fragment, const Instant& now);
  static void EmitPage(const Fragments& fragments, const Instant& now,
                       metrics::MetricWriter& writer);

  const TextOptions options_;
  Clock& clock_;
  const OwnMetrics own_;
  Deflater deflater_{};  ///< of Update

  mutable Mutex mutex_;
  Fragments fragments_ KLAXON_GUARDED_BY(mutex_){};
  mutable Served served_ KLAXON_GUARDED_BY(mutex_){};
};

/// What the page says of itself, `klaxon_page_*`.
std::span<const metrics::MetricInfo> PageInfos();

}  // namespace klaxon::prometheus_page
