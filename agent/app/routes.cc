#include "agent/app/routes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/app/version.h"
#include "agent/base/text.h"
#include "alerts/api/alert_api.h"
#include "exporters/api/documents.h"
#include "exporters/api/rules.h"
#include "exporters/query/answers.h"
#include "exporters/status_page/page.h"
#include "exporters/status_page/runbook.h"

namespace klaxon::app {
namespace {

using http::Access;
using http::Request;
using http::Response;
using http::Route;
using query_api::QueryApi;

/// Our pages bring no script and load nothing from elsewhere; say so, and browsers keep it true.
Response WithPolicy(Response page) {
  page.headers.emplace_back("Content-Security-Policy",
                            "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; "
                            "form-action 'none'; frame-ancestors 'none'");
  return page;
}

Response Page(const RouteDeps& deps, const Request& request) {
  const std::string* refresh = request.Query("refresh");
  const status_page::PageOptions options{.version = kVersion,
                                         .refresh = refresh == nullptr || *refresh != "off",
                                         .sources = deps.sources(),
                                         .rules = deps.rules(),
                                         .notify = deps.notifications()};
  Response page = http::HtmlResponse(
      200, status_page::RenderPage(*deps.views.Get(), deps.clock.Now(), options));
  page.headers.emplace_back("Cache-Control", "no-store");
  return WithPolicy(std::move(page));
}

Response StyleSheet(const Request& request) {
  Response sheet{.content_type = "text/css; charset=utf-8",
                 .body = std::string(status_page::kStyleSheet)};
  sheet.headers.emplace_back("Cache-Control", "max-age=60");
  return WithETag(request, std::move(sheet));
}

/// The runbook that the path names, or the list of all. It is plain text with markup of ours alone.
Response Runbook(const Request& request) {
  constexpr std::string_view kFolder = "/runbooks/";
  std::string_view name = request.path;
  const std::string_view root = name.starts_with(kFolder) ? "../" : "./";
  name.remove_prefix(std::min(name.size(), kFolder.size()));
  std::optional<std::string> page = status_page::RenderRunbook(name, root);
  if (!page) return http::TextResponse(404, "no such runbook; /runbooks lists them\n");
  return WithPolicy(http::HtmlResponse(200, *std::move(page)));
}

/// Ready when every source has been polled once, well or badly: from then on what is missing is
/// missing for a reason that is shown.
Response Ready(const RouteDeps& deps) {
  const size_t polled = deps.views.Get()->parts.size();
  const size_t all = deps.sources();
  if (polled < all) {
    return http::TextResponse(
        503, fmt::format("waiting for the first poll of {} of {} sources\n", all - polled, all));
  }
  return http::TextResponse(200, "ready\n");
}

Response Reload(const RouteDeps& deps) {
  const Result<std::string> reloaded = deps.reload();
  if (reloaded) {
    return http::TextResponse(200, *reloaded + "\n");
  }
  const bool later = reloaded.error().reason() == Reason::kTimeout;
  return http::TextResponse(later ? 504 : 500, reloaded.error().message() + "\n");
}

Route OrderRoute(const RouteDeps& deps, RecoveryVerb verb) {
  return {"POST", "/api/klaxon/v1/recovery/" + std::string(Name(verb)),
          [carry = deps.carry, verb](const Request& request) {
            return api::TakeOrder(request, verb, carry);
          },
          Access::kOperator, verb == RecoveryVerb::kPause};
}

Response Rules(const RouteDeps& deps, const Request& request) {
  const Result<api::RulesFilter> filter = api::ReadRulesFilter(request.query);
  return filter ? http::JsonResponse(200, api::RulesDocument(*deps.rules(), *filter))
                : query_api::BadData(filter.error());
}

/// Alertmanager's API, so that its tools work with Klaxon.
void AddAlertApi(const RouteDeps& deps, std::vector<Route>& routes) {
  using Handler = Response (*)(const alert_api::Desk& desk, const Request& request);
  const alert_api::Desk desk{.clock = deps.clock,
                             .notifier = deps.notifier,
                             .version = kVersion,
                             .started = deps.clock.Now().wall};
  const auto add = [&](const char* method, const char* path, Handler handler, Access access) {
    routes.push_back({method, path,
                      [desk, handler](const Request& request) { return handler(desk, request); },
                      access});
  };
  add("GET", "/api/v2/status", &alert_api::Status, Access::kViewer);
  add("GET", "/api/v2/receivers", &alert_api::ListReceivers, Access::kViewer);
  add("GET", "/api/v2/alerts", &alert_api::ListAlerts, Access::kViewer);
  add("GET", "/api/v2/alerts/groups", &alert_api::ListGroups, Access::kViewer);
  add("GET", "/api/v2/silences", &alert_api::ListSilences, Access::kViewer);
  add("POST", "/api/v2/silences", &alert_api::SetSilence, Access::kOperator);
  add("GET", "/api/v2/silence/*", &alert_api::GetSilence, Access::kViewer);
  add("DELETE", "/api/v2/silence/*", &alert_api::ExpireSilence, Access::kOperator);
}

std::optional<std::string> ClusterIn(const Request& request) {
  const std::string* cluster = request.Query("cluster");
  return cluster == nullptr ? std::nullopt : std::optional(*cluster);
}

/// What to say of a cluster that nobody configured, so that a typing mistake does not look like a
/// cluster without groups; empty if it is there or none is asked for.
std::string UnknownCluster(const View& view, const std::optional<std::string>& cluster) {
  std::string known;
  for (const ViewPart& part : view.parts) {
    if (!cluster || part.section->cluster == *cluster) {
      return "";
    }
    known += (known.empty() ? "" : ", ") + part.section->cluster;
  }
  return cluster ? fmt::format("no cluster \"{}\"; there is: {}\n", Printable(*cluster), known)
                 : "";
}

}  // namespace

std::vector<Route> Routes(const RouteDeps& deps) {
  const auto json = [deps](auto document) {
    return [deps, document](const Request& request) {
      const ViewRef view = deps.views.Get();
      const std::optional<std::string> cluster = ClusterIn(request);
      if (const std::string unknown = UnknownCluster(*view, cluster); !unknown.empty()) {
        return http::TextResponse(404, unknown);
      }
      Response response = http::JsonResponse(200, document(*view, deps.clock.Now(), cluster));
      response.headers.emplace_back("Cache-Control", "no-store");
      return response;
    };
  };
  const auto clusters = [](const View& view, const Instant& now,
                           const std::optional<std::string>&) {
    return api::ClustersDocument(view, now);
  };
  const auto query = [deps](auto ask) {
    return [deps, ask](const Request& request) { return (deps.query.*ask)(request); };
  };
  std::vector<Route> routes{
      {"GET", "/", [deps](const Request& request) { return Page(deps, request); }, Access::kViewer},
      {"GET", "/style.css", StyleSheet, Access::kViewer},
      {"GET", "/runbooks", Runbook, Access::kViewer},
      {"GET", "/runbooks/*", Runbook, Access::kViewer},
      {"GET", "/metrics", deps.metrics, Access::kViewer},
      {"GET", "/api/v1/query", query(&QueryApi::Query), Access::kViewer},
      {"GET", "/api/v1/query_range", query(&QueryApi::QueryRange), Access::kViewer},
      {"GET", "/api/v1/series", query(&QueryApi::Series), Access::kViewer},
      {"GET", "/api/v1/labels", query(&QueryApi::LabelNames), Access::kViewer},
      {"GET", "/api/v1/label/*", query(&QueryApi::LabelValues), Access::kViewer},
      {"GET", "/-/healthy", [](const Request&) { return http::TextResponse(200, "healthy\n"); },
       Access::kOpen},
      {"GET", "/-/ready", [deps](const Request&) { return Ready(deps); }, Access::kOpen},
      {"POST", "/-/reload", [deps](const Request&) { return Reload(deps); }, Access::kAdmin},
      {"GET", "/api/v1/rules", [deps](const Request& request) { return Rules(deps, request); },
       Access::kViewer},
      {"GET", "/api/v1/alerts",
       [deps](const Request&) {
         return http::JsonResponse(200, api::AlertsDocument(*deps.rules()));
       },
       Access::kViewer},
      {"GET", "/api/klaxon/v1/rules/explain",
       [deps](const Request& request) { return deps.explainer.Explain(request); }, Access::kViewer},
      {"GET", "/api/klaxon/v1/clusters", json(clusters), Access::kViewer},
      {"GET", "/api/klaxon/v1/groups", json(api::GroupsDocument), Access::kViewer},
      {"GET", "/api/klaxon/v1/connectors", json(api::ConnectorsDocument), Access::kViewer},
      {"GET", "/api/klaxon/v1/records", json(api::RecordsDocument), Access::kViewer},
      {"GET", "/api/klaxon/v1/subjects", json(api::SubjectsDocument), Access::kViewer},
      {"GET", "/api/klaxon/v1/rest-proxies", json(api::RestProxiesDocument), Access::kViewer},
      {"GET", "/api/klaxon/v1/zookeeper", json(api::ZookeeperDocument), Access::kViewer},
      OrderRoute(deps, RecoveryVerb::kPause),
      OrderRoute(deps, RecoveryVerb::kResume),
      OrderRoute(deps, RecoveryVerb::kRestart),
      OrderRoute(deps, RecoveryVerb::kLift),
  };
  AddAlertApi(deps, routes);
  return routes;
}

}  // namespace klaxon::app
