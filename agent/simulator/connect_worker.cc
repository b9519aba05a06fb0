#include "agent/simulator/connect_worker.h"

#include <condition_variable>

#include <fmt/format.h>

#include "agent/base/mutex.h"
#include "agent/http/server.h"

namespace klaxon::simulator {
namespace {

http::Response ErrorJson(int status, std::string_view message) {
  return http::JsonResponse(status,
                            fmt::format(R"({{"error_code":{},"message":"{}"}})", status, message));
}

bool Asks(const http::Request& request, std::string_view expansion) {
  for (const auto& [name, value] : request.query) {
    if (name == "expand" && value == expansion) {
      return true;
    }
  }
  return false;
}

http::Response Connectors(const ConnectState& state, const http::Request& request) {
  const bool status = Asks(request, "status");
  const bool info = Asks(request, "info");
  return http::JsonResponse(200,
                            status || info ? ExpandedJson(state, status, info) : ListJson(state));
}

/// GET /connectors/NAME and /connectors/NAME/status.
http::Response OneConnector(ConnectState& state, const http::Request& request) {
  constexpr std::string_view kPrefix = "/connectors/";
  constexpr std::string_view kStatus = "/status";
  std::string_view name = std::string_view(request.path).substr(kPrefix.size());
  const bool status = name.ends_with(kStatus);
  if (status) {
    name.remove_suffix(kStatus.size());
  }
  const Connector* connector = FindConnector(state, name);
  if (connector == nullptr) {
    return ErrorJson(404, status ? "No status found for connector" : "Connector not found");
  }
  return http::JsonResponse(200, status ? StatusJson(*connector) : InfoJson(*connector));
}

}  // namespace

class ConnectWorker::Impl {
 public:
  explicit Impl(ConnectState state) : state_(std::move(state)) {}

  ~Impl() {
    {
      const Lock lock(mutex_);
      stopping_ = true;
    }
    stopped_.notify_all();
    server.reset();
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> Listen() {
    using Get = http::Response (*)(ConnectState&, const http::Request&);
    const auto route = [this](std::string path, Get get) {
      return http::Route{
          .method = "GET",
          .path = std::move(path),
          .handler = [this, get](const http::Request& request) { return Answer(request, get); }};
    };
    Result<std::unique_ptr<http::Server>> listening = http::Server::Listen(
        {.listen = {.host = "127.0.0.1"}},
        {route("/", [](ConnectState& state,
                       const http::Request&) { return http::JsonResponse(200, RootJson(state)); }),
         route(
             "/health",
             [](ConnectState&, const http::Request&) {
               return http::JsonResponse(
                   200,
                   R"({"status":"healthy","message":"Worker has completed startup and is ready to handle requests."})");
             }),
         route("/connectors",
               [](ConnectState& state, const http::Request& request) {
                 return Connectors(state, request);
               }),
         route("/connectors/*", OneConnector)});
    if (!listening) {
      return listening.error();
    }
    server = std::move(*listening);
    url = server->Url();
    return {};
  }

  void Change(const std::function<void(ConnectState&)>& change) {
    const Lock lock(mutex_);
    change(state_);
  }

  void SetFaults(const ConnectFaults& faults) {
    const Lock lock(mutex_);
    faults_ = faults;
  }

  ConnectState Snapshot() const {
    const Lock lock(mutex_);
    return state_;
  }

  uint64_t RequestCount() const {
    const Lock lock(mutex_);
    return requests_;
  }

  std::unique_ptr<http::Server> server{};
  std::string url{};

 private:
  template <class Get>
  http::Response Answer(const http::Request& request, Get get) {
    const Lock lock(mutex_);
    ++requests_;
    if (faults_.delay > Duration{}) {
      stopped_.wait_for(mutex_, faults_.delay, [&]() KLAXON_REQUIRES(mutex_) { return stopping_; });
    }
    if (faults_.status != 0) {
      return ErrorJson(faults_.status, "Request timed out");
    }
    if (faults_.html) {
      return http::HtmlResponse(200, "<html><body><h1>It works!</h1></body></html>");
    }
    http::Response response = get(state_, request);
    if (faults_.cut_at > 0 && response.body.size() > faults_.cut_at) {
      response.body.resize(faults_.cut_at);
    }
    return response;
  }

  mutable Mutex mutex_;
  std::condition_variable_any stopped_;
  ConnectState state_ KLAXON_GUARDED_BY(mutex_);
  ConnectFaults faults_ KLAXON_GUARDED_BY(mutex_){};
  uint64_t requests_ KLAXON_GUARDED_BY(mutex_) = 0;
  bool stopping_ KLAXON_GUARDED_BY(mutex_) = false;
};

ConnectWorker::ConnectWorker(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

ConnectWorker::~ConnectWorker() = default;

Result<std::unique_ptr<ConnectWorker>> ConnectWorker::Start(ConnectState state) {
  auto impl = std::make_unique<Impl>(std::move(state));
  if (Result<void> listening = impl->Listen(); !listening) {
    return listening.error().In("starting the simulated Connect worker");
  }
  return std::unique_ptr<ConnectWorker>(new ConnectWorker(std::move(impl)));
}

const std::string& ConnectWorker::url() const {
  return impl_->url;
}

void ConnectWorker::Change(const std::function<void(ConnectState&)>& change) {
  impl_->Change(change);
}

void ConnectWorker::SetFaults(const ConnectFaults& faults) {
  impl_->SetFaults(faults);
}

ConnectState ConnectWorker::Snapshot() const {
  return impl_->Snapshot();
}

uint64_t ConnectWorker::RequestCount() const {
  return impl_->RequestCount();
}

}  // namespace klaxon::simulator
