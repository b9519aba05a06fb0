#include "agent/simulator/registry_node.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "agent/base/mutex.h"
#include "agent/simulator/http_host.h"

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

  Result<void> Listen() {
    Result<void> listening =
        host_.Listen({"/", "/*"}, [this](const http::Request& request) { return Reply(request); });
    url = host_.url() + std::string(prefix_);
    return listening;
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

  std::string url{};

  const HttpHost& host() const { return host_; }

 private:
  http::Response Reply(const http::Request& request) {
    RegistryFaults faults;
    {
      const Lock lock(mutex_);
      const bool deleted = std::ranges::any_of(request.query, [](const auto& parameter) {
        return parameter.first == "deleted" && parameter.second == "true";
      });
      const bool meant =
          request.path.find(faults_.only) != std::string::npos && (!faults_.deleted || deleted);
      faults = meant ? faults_ : RegistryFaults{};
    }
    host_.Pause(faults.delay);
    if (faults.status != 0) {
      return ErrorJson(faults.status, faults.code);
    }
    if (faults.html) {
      return http::HtmlResponse(200, "<html><body><h1>Sign in</h1></body></html>");
    }
    return CutAt(Truth(request, faults.hidden), faults.cut_at);
  }

  http::Response Truth(const http::Request& request, const std::string& hidden) {
    const Lock lock(mutex_);
    std::string_view path = request.path;
    if (!path.starts_with(prefix_)) {
      return Info(path);
    }
    path.remove_prefix(prefix_.size());
    RegistryQuery query;
    for (const auto& [name, value] : request.query) {
      query[name] = value;
    }
    const bool hides = !hidden.empty() && path == "/subjects" && ++lists_ % 2 == 1;
    RegistryAnswer answer =
        hides ? AnswerOf(Without(hidden), path, query) : AnswerOf(state_, path, query);
    return http::JsonResponse(answer.status, std::move(answer.body));
  }

  /// What a node tells that knows less.
  RegistryState Without(const std::string& hidden) const KLAXON_REQUIRES(mutex_) {
    RegistryState less = state_;
    std::erase_if(less.subjects, [&](const auto& subject) {
      return subject.first.find(hidden) != std::string::npos;
    });
    return less;
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
  std::string_view prefix_{};  // constant
  RegistryState state_ KLAXON_GUARDED_BY(mutex_);
  RegistryFaults faults_ KLAXON_GUARDED_BY(mutex_){};
  uint64_t lists_ KLAXON_GUARDED_BY(mutex_) = 0;
  HttpHost host_{};  // the last member: it stops before what its answers are made of is gone
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
  return impl_->host().RequestCount();
}

}  // namespace klaxon::simulator
