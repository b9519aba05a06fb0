#pragma once

#include <poll.h>

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/result.h"
#include "agent/simulator/cluster_state.h"
#include "agent/simulator/connection.h"
#include "agent/simulator/dispatch.h"
#include "agent/simulator/faults.h"
#include "agent/simulator/socket.h"
#include "agent/simulator/task_queue.h"
#include "agent/tls/server_context.h"

namespace klaxon::simulator {

/// The thread that is all brokers of a cluster. It alone touches the state and the sockets; others
/// come in through Run.
class BrokerHost {
 public:
  BrokerHost(const ClusterSpec& spec, Clock& clock);
  BrokerHost(const BrokerHost&) = delete;
  BrokerHost& operator=(const BrokerHost&) = delete;
  ~BrokerHost();

  /// Takes the ports and starts the thread. Error: kUnreachable.
  Result<void> Start();

  /// Runs `task` on the thread, with time advanced to now, and waits for it. REQUIRES: Start was
  /// successful; not called by a task.
  void Run(const std::function<void()>& task);

  // --- for tasks only ---

  ClusterState& state() { return state_; }

  std::map<kafka::wire::ApiKey, uint64_t>& counts() { return counts_; }

  const std::list<Connection>& connections() const { return connections_; }

  void SetRunning(int32_t broker, bool running);
  void SetFaults(int32_t broker, const Faults& faults);

 private:
  /// One broker's place in the world, by id - 1.
  struct Seat {
    LoopbackPort port{};
    Socket listener{};  ///< none while the broker is down
    Faults faults{};
    bool running = true;
  };

  void Loop(const std::stop_token& stop);
  std::vector<pollfd> Watched() const;
  int PollTimeout() const;
  void Accept();
  void Serve();
  void Count(std::string_view request);
  Reply Handle(int32_t broker, Login& login, std::string_view request);
  void Open(Socket socket, int32_t broker);

  Seat& SeatOf(int32_t broker) { return seats_[static_cast<size_t>(broker) - 1]; }

  Clock& clock_;
  uint16_t first_port_;
  VersionCaps caps_;
  LoginRules rules_;
  std::unique_ptr<tls::ServerContext> tls_{};
  ClusterState state_;
  std::vector<Seat> seats_;
  std::list<Connection> connections_{};
  std::map<kafka::wire::ApiKey, uint64_t> counts_{};
  TaskQueue tasks_{};
  std::jthread thread_{};
};

}  // namespace klaxon::simulator
