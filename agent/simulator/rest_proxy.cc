#include "agent/simulator/rest_proxy.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "agent/base/mutex.h"
#include "agent/simulator/http_host.h"

namespace klaxon::simulator {
namespace {

constexpr const char* kV2 = "application/vnd.kafka.v2+json";
constexpr const char* kJson = "application/json";

/// Names of topics need no escapes.
std::string List(const std::vector<std::string>& texts, std::string_view pattern) {
  std::string list;
  for (const std::string& text : texts) {
    list += (list.empty() ? "" : ",") + fmt::format(fmt::runtime(pattern), text);
  }
  return "[" + list + "]";
}

std::vector<std::string> Texts(const std::vector<int32_t>& numbers) {
  std::vector<std::string> texts;
  texts.reserve(numbers.size());
  for (const int32_t number : numbers) {
    texts.push_back(std::to_string(number));
  }
  return texts;
}

http::Response Json(int status, std::string body, const char* type = kJson) {
  return {.status = status, .content_type = type, .body = std::move(body)};
}

/// As the flavour says that it has no such resource.
http::Response Absent(ProxyFlavour flavour, std::string_view path) {
  switch (flavour) {
    case ProxyFlavour::kConfluent:
      return Json(404, R"({"error_code":404,"message":"HTTP 404 Not Found"})");
    case ProxyFlavour::kKarapace:
      return path.starts_with("/v3") ? http::TextResponse(404, "404: Not Found")
                                     : Json(404, "\"Not Found\"");
    case ProxyFlavour::kBridge:
      return Json(404, R"({"error_code":404,"message":"Not Found"})");
  }
  std::abort();
}

/// As a list says that nothing follows.
constexpr std::string_view kLastPage = R"("next":null)";

std::string V3List(std::string_view kind, const std::string& data) {
  return fmt::format(R"({{"kind":"{}","metadata":{{"self":"",{}}},"data":{}}})", kind, kLastPage,
                     data);
}

http::Response V3(const ProxyContent& content, std::string_view path) {
  const std::string cluster = "/v3/clusters/" + content.cluster_id;
  if (path == "/v3/clusters") {
    return Json(200, V3List("KafkaClusterList",
                            fmt::format(R"([{{"kind":"KafkaCluster","cluster_id":"{}"}}])",
                                        content.cluster_id)));
  }
  if (path == cluster + "/topics") {
    return Json(200, V3List("KafkaTopicList", List(content.topics, R"({{"topic_name":"{}"}})")));
  }
  if (path == cluster + "/brokers") {
    return Json(200,
                V3List("KafkaBrokerList", List(Texts(content.brokers), R"({{"broker_id":{}}})")));
  }
  return Absent(ProxyFlavour::kConfluent, path);
}

}  // namespace

class RestProxy::Impl {
 public:
  Impl(const Options& options, Source source) : options_(options), source_(std::move(source)) {}

  Result<void> Listen() {
    return host_.Listen({"/", "/topics", "/brokers", "/v3/clusters", "/v3/clusters/*", "/_health",
                         "/healthy", "/ready"},
                        [this](const http::Request& request) { return Reply(request); });
  }

  void SetFaults(const ProxyFaults& faults) {
    {
      const Lock lock(mutex_);
      faults_ = faults;
    }
    host_.Wake();
  }

  const HttpHost& host() const { return host_; }

 private:
  static bool NeedsKafka(std::string_view path) {
    return path == "/topics" || path == "/brokers" || path.starts_with("/v3");
  }

  bool Hangs(std::string_view path) const {
    const Lock lock(mutex_);
    return faults_.hang && path.starts_with(faults_.under) &&
           (NeedsKafka(path) ||
            (options_.flavour == ProxyFlavour::kKarapace && path == "/_health"));
  }

  ProxyFaults Faults() const {
    const Lock lock(mutex_);
    return faults_;
  }

  http::Response Reply(const http::Request& request) {
    host_.Pause(Faults().delay);
    host_.PauseWhile([&] { return Hangs(request.path); });
    const ProxyFaults faults = Faults();
    if (faults.html) {
      return http::HtmlResponse(200, "<html><body>Please log in</body></html>");
    }
    if (faults.status != 0 && NeedsKafka(request.path) && request.path.starts_with(faults.under)) {
      return Json(faults.status, fmt::format(R"({{"error_code":{},"message":"Kafka error: down"}})",
                                             faults.error_code));
    }
    http::Response response = CutAt(Resource(request.path), faults.cut_at);
    const size_t next = response.body.find(kLastPage);
    if (faults.pages && request.path.starts_with(faults.under) && next != std::string::npos) {
      response.body.replace(next, kLastPage.size(), R"("next":"http://127.0.0.1:1/v3/next")");
    }
    if (!faults.content_type.empty()) {
      response.content_type = faults.content_type;
    }
    return response;
  }

  http::Response Resource(const std::string& path) const {
    const ProxyFlavour flavour = options_.flavour;
    if (path == "/") {
      return Json(200, flavour == ProxyFlavour::kBridge ? R"({"bridge_version":"0.33.1"})" : "{}");
    }
    if (path == "/_health" && flavour == ProxyFlavour::kKarapace) {
      return Json(200, R"({"karapace_version":"6.2.0","status":{},"healthy":true})");
    }
    if ((path == "/healthy" || path == "/ready") && flavour == ProxyFlavour::kBridge) {
      return Json(204, "");
    }
    if (path == "/topics" && options_.v2) {
      return Json(200, List(source_().topics, "\"{}\""), kV2);
    }
    if (path == "/brokers" && options_.v2 && options_.brokers && flavour != ProxyFlavour::kBridge) {
      return Json(200, fmt::format(R"({{"brokers":{}}})", List(Texts(source_().brokers), "{}")),
                  kV2);
    }
    const bool v3 = options_.v3 && flavour == ProxyFlavour::kConfluent;
    return v3 && path.starts_with("/v3/") ? V3(source_(), path) : Absent(flavour, path);
  }

  const Options options_;
  const Source source_;
  mutable Mutex mutex_;
  ProxyFaults faults_ KLAXON_GUARDED_BY(mutex_){};
  HttpHost host_{};  // the last member: it stops before what its answers are made of is gone
};

RestProxy::RestProxy(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

RestProxy::~RestProxy() = default;

Result<std::unique_ptr<RestProxy>> RestProxy::Start(const Options& options, Source source) {
  auto impl = std::make_unique<Impl>(options, std::move(source));
  if (Result<void> listening = impl->Listen(); !listening) {
    return listening.error().In("starting the simulated REST proxy");
  }
  return std::unique_ptr<RestProxy>(new RestProxy(std::move(impl)));
}

const std::string& RestProxy::url() const {
  return impl_->host().url();
}

void RestProxy::SetFaults(const ProxyFaults& faults) {
  impl_->SetFaults(faults);
}

uint64_t RestProxy::RequestCount() const {
  return impl_->host().RequestCount();
}

}  // namespace klaxon::simulator
