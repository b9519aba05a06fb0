#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "agent/base/mutex.h"
#include "agent/kafka/wire/any_route.h"
#include "agent/kafka/wire/peer_table.h"

namespace klaxon::kafka::wire {

/// The I/O thread of a client: poll() over all connections, and the way of every call from the
/// inbox to its answer. Other threads only put things into the inbox.
class Loop {
 public:
  using OnVersions = std::function<void(const HostPort&, std::shared_ptr<const VersionTable>)>;

  /// `clock` and `meter` must outlive the loop. `on_versions` is called on the I/O thread.
  Loop(const ClientOptions& options, Clock& clock, Meter& meter, OnVersions on_versions);
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  /// Fails everything that is under way with kCancelled.
  ~Loop();

  /// Thread-safe, like the next two. Every call of the batch will be done, by its deadline.
  void Submit(std::shared_ptr<Batch> batch);
  /// Fails with kCancelled what is not done of it.
  void Cancel(const std::shared_ptr<Batch>& batch);
  void SetBrokers(std::vector<BrokerAddress> brokers);

 private:
  PeerTools MakeTools(const ClientOptions& options, OnVersions on_versions);

  struct Inbox {
    std::optional<std::vector<BrokerAddress>> brokers{};
    std::vector<std::shared_ptr<Batch>> submitted{};
    std::vector<std::shared_ptr<Batch>> cancelled{};
  };

  struct UnderWay {
    std::shared_ptr<Batch> batch{};
    std::vector<TicketPtr> tickets{};
  };

  void Run(const std::stop_token& stop);
  void TakeInbox(const Instant& now);
  void Start(const std::shared_ptr<Batch>& batch, const Instant& now);
  void WaitForEvents(MonoTime now);
  void AdvanceAll(const Instant& now);
  void DropOverdue(MonoTime now);
  void FailAll(const Batch* of, const Error& error);
  MonoTime Due() const;

  struct Watched {
    int fd = -1;
    short events = 0;  ///< what happened
    std::shared_ptr<Peer> peer{};
  };

  Clock& clock_;
  Meter& meter_;
  const std::shared_ptr<Waker> waker_;
  Resolver resolver_;
  std::optional<tls::ClientContext> tls_;
  std::optional<LoginTools> logins_;
  const PeerTools tools_;

  Mutex mutex_;
  Inbox inbox_ KLAXON_GUARDED_BY(mutex_);

  // the I/O thread's
  PeerTable peers_;
  std::vector<UnderWay> under_way_{};
  std::vector<AnyRoute> routes_{};
  std::vector<Watched> watched_{};

  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace klaxon::kafka::wire
