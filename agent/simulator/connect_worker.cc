#include "agent/simulator/connect_worker.h"

#include <utility>

#include "agent/base/mutex.h"
#include "agent/simulator/connect_resources.h"
#include "agent/simulator/http_host.h"

namespace klaxon::simulator {
namespace {

/// A list whose first trace never ends.
http::Response Endless() {
  http::Response response = http::JsonResponse(200, "");
  constexpr size_t kPiece = size_t{64} << 10U;
  response.source = [begun = false](std::string& out) mutable {
    if (!std::exchange(begun, true)) {
      out += R"({"x": {"status": {"connector": {"state": "FAILED", "trace": ")";
    }
    out.append(kPiece, 'x');
    return true;
  };
  return response;
}

http::Response Refusal(const ConnectFaults& faults) {
  http::Response response =
      ConnectError(faults.status, faults.message.empty() ? "Request timed out" : faults.message);
  if (!faults.location.empty()) {
    response.headers.emplace_back("Location", faults.location);
  }
  return response;
}

}  // namespace

class ConnectWorker::Impl {
 public:
  explicit Impl(ConnectState state) : state_(std::move(state)) {}

  Result<void> Listen() {
    return host_.Listen(
        {"/", "/*"}, [this](const http::Request& request) { return Reply(request); }, true);
  }

  void Change(const std::function<void(ConnectState&)>& change) {
    const Lock lock(mutex_);
    change(state_);
    list_ = nullptr;
  }

  void SetFaults(const ConnectFaults& faults) {
    const Lock lock(mutex_);
    faults_ = faults;
  }

  ConnectState Snapshot() const {
    const Lock lock(mutex_);
    return state_;
  }

  const HttpHost& host() const { return host_; }

 private:
  http::Response Reply(const http::Request& request) {
    ConnectFaults faults;
    {
      const Lock lock(mutex_);
      faults = faults_;
    }
    if (!request.path.starts_with(faults.only)) {
      return Truth(request);
    }
    host_.Pause(faults.delay);
    if (faults.status != 0) {
      if (request.method == "POST") {
        const Lock lock(mutex_);
        state_.restarts.push_back(request.path);
      }
      return Refusal(faults);
    }
    if (faults.html) {
      return http::HtmlResponse(200, "<html><body><h1>It works!</h1></body></html>");
    }
    if (faults.endless) {
      return Endless();
    }
    return CutAt(faults.body.empty() ? Truth(request) : http::JsonResponse(200, faults.body),
                 faults.cut_at);
  }

  /// The whole list is kept until something changes: it may be large.
  http::Response Truth(const http::Request& request) {
    const Lock lock(mutex_);
    if (request.method == "POST") {
      list_ = nullptr;
      return PostConnect(state_, request);
    }
    if (request.path != "/connectors" || request.query.size() != 2) {
      return AnswerConnect(state_, request);
    }
    http::Response response = http::JsonResponse(200, "");
    if (list_ == nullptr) {
      list_ = std::make_shared<const std::string>(AnswerConnect(state_, request).body);
    }
    response.shared_body = list_;
    return response;
  }

  mutable Mutex mutex_;
  ConnectState state_ KLAXON_GUARDED_BY(mutex_);
  ConnectFaults faults_ KLAXON_GUARDED_BY(mutex_){};
  std::shared_ptr<const std::string> list_ KLAXON_GUARDED_BY(mutex_){};  // with status and info
  HttpHost host_{};  // the last member: it stops before what its answers are made of is gone
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
  return impl_->host().url();
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
  return impl_->host().RequestCount();
}

}  // namespace klaxon::simulator
