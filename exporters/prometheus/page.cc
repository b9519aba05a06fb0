#include "exporters/prometheus/page.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agent/base/duration.h"

namespace klaxon::prometheus_page {
namespace {

/// A fragment may be this much late: views are published and rendered on threads of their own.
constexpr Duration kGrace = std::chrono::seconds{10};

/// Scrapes within this time get one and the same file: many slow clients then cost no more memory
/// than a few.
constexpr Duration kShared = std::chrono::seconds{1};

constexpr std::string_view kSelf = "Klaxon itself";
constexpr std::array<std::string_view, 1> kFragment{"fragment"};

constexpr metrics::MetricInfo kSamples{.name = "klaxon_page_samples",
                                       .help = "Samples on the metrics page, by kind of source",
                                       .labels = kFragment,
                                       .source = kSelf};
constexpr metrics::MetricInfo kDuplicates{
    .name = "klaxon_page_duplicate_samples",
    .help =
        "Samples left out of the page because others have the same labels; 0 unless two things "
        "have names that cannot be told apart in metrics",
    .labels = kFragment,
    .source = kSelf};
constexpr metrics::MetricInfo kRenderTime{.name = "klaxon_page_render_duration_seconds",
                                          .help = "Time that rendering the fragment last took",
                                          .unit = "seconds",
                                          .labels = kFragment,
                                          .source = kSelf};
constexpr metrics::MetricInfo kRenderedAt{
    .name = "klaxon_page_rendered_timestamp_seconds",
    .help = "Unix time of what the fragment shows; it is rendered when that changes",
    .unit = "seconds",
    .labels = kFragment,
    .source = kSelf};
constexpr metrics::MetricInfo kShown{
    .name = "klaxon_page_fragment_shown",
    .help = "0 if the fragment is left out because nobody renewed it after it had expired",
    .labels = kFragment,
    .source = kSelf};
constexpr std::array kPageInfos{kSamples, kDuplicates, kRenderTime, kRenderedAt, kShown};

}  // namespace

std::span<const metrics::MetricInfo> PageInfos() {
  return kPageInfos;
}

PrometheusPage::PrometheusPage(TextOptions options, Clock& clock, OwnMetrics own)
    : options_(std::move(options)), clock_(clock), own_(std::move(own)) {
}

const std::array<PrometheusPage::Kind, PrometheusPage::kKinds>& PrometheusPage::Kinds() {
  static constexpr std::array<Kind, kKinds> kAll{
      Kind{.name = "kafka", .collector = "kafka", .table = metrics::KafkaTable},
      Kind{.name = "connect", .collector = "connect", .table = metrics::ConnectTable},
      Kind{.name = "recovery", .collector = "recovery", .table = metrics::RecoveryTable},
      Kind{.name = "schema_registry",
           .collector = "schema_registry",
           .table = metrics::SchemaRegistryTable},
      Kind{.name = "rest_proxy", .collector = "rest_proxy", .table = metrics::RestProxyTable},
      Kind{.name = "zookeeper", .collector = "zookeeper", .table = metrics::ZookeeperTable},
      Kind{.name = "record_samples",
           .collector = "record_samples",
           .table = metrics::RecordSamplesTable},
      Kind{.name = "platforms", .collector = {}, .table = metrics::PlatformTable},
      Kind{.name = "collectors", .collector = {}, .table = metrics::AgentTable},
  };
  return kAll;
}

View PrometheusPage::PartOfKind(const View& view, const Kind& kind) {
  View part{.version = view.version, .now = view.now, .parts = {}, .events = nullptr};
  std::ranges::copy_if(view.parts, std::back_inserter(part.parts), [&](const ViewPart& candidate) {
    return kind.collector.empty() || candidate.section->collector == kind.collector;
  });
  return part;
}

/// Whether a fragment still shows what this part of a view holds.
bool PrometheusPage::Holds(const Fragment* fragment, const View& view) {
  return fragment != nullptr && view.now.mono < fragment->expires &&
         std::ranges::equal(
             fragment->parts, view.parts,
             [](const ViewPart& a, const ViewPart& b) {
               return a.section == b.section && a.derived == b.derived;
             });
}

std::shared_ptr<const PrometheusPage::Fragment> PrometheusPage::Render(metrics::Table table,
                                                                       View view) {
  const MonoTime started = clock_.Now().mono;
  auto fragment = std::make_shared<Fragment>();
  TextWriter writer(options_, [this](std::string_view text) { deflater_.Write(text); });
  metrics::Emit(table, view, writer);
  writer.Finish();
  fragment->deflated = deflater_.Take();
  fragment->expires = NextExpiry(view);
  fragment->rendered_at = view.now;
  fragment->samples = writer.samples();
  fragment->duplicates = writer.duplicates();
  fragment->parts = std::move(view.parts);
  fragment->took = clock_.Now().mono - started;
  return fragment;
}

void PrometheusPage::Update(const View& view) {
  Fragments fragments = Current();
  bool changed = false;
  for (size_t i = 0; i < kKinds; ++i) {
    View part = PartOfKind(view, Kinds()[i]);
    if (!Holds(fragments[i].get(), part)) {
      fragments[i] = Render(Kinds()[i].table(), std::move(part));
      changed = true;
    }
  }
  if (!changed) {
    return;
  }
  const Lock lock(mutex_);
  fragments_.swap(fragments);  // what it replaces is freed after the lock
  served_ = {};
}

PrometheusPage::Fragments PrometheusPage::Current() const {
  const Lock lock(mutex_);
  return fragments_;
}

bool PrometheusPage::IsOverdue(const Fragment& fragment, const Instant& now) {
  return fragment.expires != MonoTime::max() && now.mono - fragment.expires > kGrace;
}

void PrometheusPage::EmitPage(const Fragments& fragments, const Instant& now,
                              metrics::MetricWriter& writer) {
  const auto emit = [&](const metrics::MetricInfo& info, auto value_of) {
    writer.BeginFamily(info);
    for (size_t i = 0; i < kKinds; ++i) {
      if (fragments[i] != nullptr) {
        writer.Sample({&Kinds()[i].name, 1}, value_of(*fragments[i]));
      }
    }
  };
  emit(kSamples, [](const Fragment& shown) { return static_cast<double>(shown.samples); });
  emit(kDuplicates, [](const Fragment& shown) { return static_cast<double>(shown.duplicates); });
  emit(kRenderTime, [](const Fragment& shown) { return Seconds(shown.took); });
  emit(kRenderedAt, [](const Fragment& shown) { return UnixSeconds(shown.rendered_at.wall); });
  emit(kShown, [&](const Fragment& shown) { return IsOverdue(shown, now) ? 0.0 : 1.0; });
}

void PrometheusPage::EmitPage(metrics::MetricWriter& writer) const {
  EmitPage(Current(), clock_.Now(), writer);
}

std::shared_ptr<const std::string> PrometheusPage::Compose(const Fragments& fragments,
                                                           const Instant& now) const {
  std::vector<const DeflatedPart*> parts;
  for (const std::shared_ptr<const Fragment>& fragment : fragments) {
    if (fragment != nullptr && !IsOverdue(*fragment, now)) {
      parts.push_back(&fragment->deflated);
    }
  }
  Deflater deflater;
  TextWriter writer(options_, [&](std::string_view text) { deflater.Write(text); });
  EmitPage(fragments, now, writer);
  own_(writer);
  writer.Finish();
  const DeflatedPart own = deflater.Take();
  parts.push_back(&own);
  return std::make_shared<const std::string>(JoinGzip(parts));
}

http::Response PrometheusPage::Serve(const http::Request& /*request*/) const {
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.content_encoding = "gzip";
  const Instant now = clock_.Now();
  Fragments fragments;
  {
    const Lock lock(mutex_);
    if (served_.file != nullptr && now.mono - served_.made_at < kShared) {
      response.shared_body = served_.file;
      return response;
    }
    fragments = fragments_;
  }
  response.shared_body = Compose(fragments, now);
  const Lock lock(mutex_);
  if (fragments == fragments_) {
    served_ = {.file = response.shared_body, .made_at = now.mono};
  }
  return response;
}

}  // namespace klaxon::prometheus_page
