#include "agent/simulator/registry_node.h"

#include <condition_variable>

#include <fmt/format.h>

#include "agent/base/mutex.h"
#include "agent/http/server.h"

namespace klaxon::simulator {
namespace {

constexpr std::string_view kApicurioPath = "/apis/ccompat/v7";

http::Response ErrorJson(int status, int code) {
  return http::JsonResponse(
      status, fmt::format(R"({{"error_code":{},"message":"Error in the backend datastore"}})",
                          code == 0 ? status : code));
}

}  // namespace

class RegistryNode::Impl {
 public:
  explicit Impl(RegistryState state) : state_(std::move(state)) {
    prefix_ = state_.flavor == RegistryFlavor::kApicurio ? kApicurioPath : "";
  }

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
    const auto route = [this](std::string path) {
      return http::Route{
          .method = "GET",
          .path = std::move(path),
          .handler = [this](const http::Request& request) { return Answer(request); }};
    };
    Result<std::unique_ptr<http::Server>> listening =
        http::Server::Listen({.listen = {.host = "127.0.0.1"}}, {route("/"), route("/*")});
    if (!listening) {
      return listening.error();
    }
    server = std::move(*listening);
    url = server->Url() + std::string(prefix_);
    return {};
  }

  void Change(const std::function<void(RegistryState&)>& change) {
    const Lock lock(mutex_);
    change(state_);
  }

  void SetFaults(const RegistryFaults& faults) {
    const Lock lock(mutex_);
    faults_ = faults;
  }

  RegistryState Snapshot() const {
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
  http::Response Answer(const http::Request& request) {
    const Lock lock(mutex_);
    ++requests_;
    if (faults_.delay > Duration{}) {
      stopped_.wait_for(mutex_, faults_.delay, [&]() KLAXON_REQUIRES(mutex_) { return stopping_; });
    }
    if (faults_.status != 0) {
      return ErrorJson(faults_.status, faults_.code);
    }
    if (faults_.html) {
      return http::HtmlResponse(200, "<html><body><h1>Sign in</h1></body></html>");
    }
    std::string_view path = request.path;
    if (!path.starts_with(prefix_)) {
      return Info(path);
    }
    path.remove_prefix(prefix_.size());
    RegistryQuery query;
    for (const auto& [name, value] : request.query) {
      query[name] = value;
    }
    RegistryAnswer answer = AnswerOf(state_, path, query);
    if (faults_.cut_at > 0 && answer.body.size() > faults_.cut_at) {
      answer.body.resize(faults_.cut_at);
    }
    return http::JsonResponse(answer.status, std::move(answer.body));
  }

  /// What Apicurio says of itself outside of the compatible interface.
  http::Response Info(std::string_view path) KLAXON_REQUIRES(mutex_) {
    if (path == "/apis/registry/v2/system/info") {
      return http::JsonResponse(
          200,
          fmt::format(R"j({{"name":"Apicurio Registry (SQL)","version":"{}"}})j", state_.version));
    }
    return http::JsonResponse(404, R"({"error_code":404,"message":"not found"})");
  }

  mutable Mutex mutex_;
  std::condition_variable_any stopped_;
  std::string_view prefix_{};  // constant
  RegistryState state_ KLAXON_GUARDED_BY(mutex_);
  RegistryFaults faults_ KLAXON_GUARDED_BY(mutex_){};
  uint64_t requests_ KLAXON_GUARDED_BY(mutex_) = 0;
  bool stopping_ KLAXON_GUARDED_BY(mutex_) = false;
};

RegistryNode::RegistryNode(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {
}

RegistryNode::~RegistryNode() = default;

Result<std::unique_ptr<RegistryNode>> RegistryNode::Start(RegistryState state) {
  auto impl = std::make_unique<Impl>(std::move(state));
  if (Result<void> listening = impl->Listen(); !listening) {
    return listening.error().In("starting the simulated schema registry");
  }
  return std::unique_ptr<RegistryNode>(new RegistryNode(std::move(impl)));
}

const std::string& RegistryNode::url() const {
  return impl_->url;
}

void RegistryNode::Change(const std::function<void(RegistryState&)>& change) {
  impl_->Change(change);
}

void RegistryNode::SetFaults(const RegistryFaults& faults) {
  impl_->SetFaults(faults);
}

RegistryState RegistryNode::Snapshot() const {
  return impl_->Snapshot();
}

uint64_t RegistryNode::RequestCount() const {
  return impl_->RequestCount();
}

}  // namespace klaxon::simulator
