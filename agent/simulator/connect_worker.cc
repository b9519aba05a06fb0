#include "agent/simulator/connect_worker.h"

#include <condition_variable>
#include <utility>

#include "agent/base/mutex.h"
#include "agent/http/server.h"
#include "agent/simulator/connect_resources.h"

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
    const auto answer = [this](const http::Request& request) { return Answer(request); };
    Result<std::unique_ptr<http::Server>> listening = http::Server::Listen(
        {.listen = {.host = "127.0.0.1"}}, {{.method = "GET", .path = "/", .handler = answer},
                                            {.method = "GET", .path = "/*", .handler = answer}});
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
    if (!request.path.starts_with(faults_.only)) {
      return Truth(request);
    }
    if (faults_.delay > Duration{}) {
      stopped_.wait_for(mutex_, faults_.delay, [&]() KLAXON_REQUIRES(mutex_) { return stopping_; });
    }
    if (faults_.status != 0) {
      return Refusal(faults_);
    }
    if (faults_.html) {
      return http::HtmlResponse(200, "<html><body><h1>It works!</h1></body></html>");
    }
    if (faults_.endless) {
      return Endless();
    }
    http::Response response =
        faults_.body.empty() ? Truth(request) : http::JsonResponse(200, faults_.body);
    if (faults_.cut_at > 0 && response.Bytes().size() > faults_.cut_at) {
      response = http::JsonResponse(200, std::string(response.Bytes().substr(0, faults_.cut_at)));
    }
    return response;
  }

  /// The whole list is kept until something changes: it may be large.
  http::Response Truth(const http::Request& request) KLAXON_REQUIRES(mutex_) {
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
  std::condition_variable_any stopped_;
  ConnectState state_ KLAXON_GUARDED_BY(mutex_);
  ConnectFaults faults_ KLAXON_GUARDED_BY(mutex_){};
  std::shared_ptr<const std::string> list_ KLAXON_GUARDED_BY(mutex_){};  // with status and info
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
