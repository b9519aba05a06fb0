#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "agent/base/clock.h"
#include "agent/simulator/dispatch.h"
#include "agent/simulator/socket.h"

namespace klaxon::simulator {

/// A client's connection to one broker. Never blocks. Confined to one thread.
class Connection {
 public:
  /// What becomes of a request, without its frame length.
  using Handler = std::function<Reply(std::string_view request)>;

  Connection(Socket socket, int32_t broker) : socket_(std::move(socket)), broker_(broker) {}

  int descriptor() const { return socket_.get(); }

  int32_t broker() const { return broker_; }

  bool wants_to_write() const { return !out_.empty(); }

  /// Takes what has come and has every whole request answered; answers are due at `due`.
  /// False: the connection is at its end.
  bool Receive(const Handler& handler, MonoTime due);

  /// Hands the answers that are due to the socket. False: the connection is at its end.
  bool Send(MonoTime now);

  /// When the next answer is due; MonoTime::max(): none waits.
  MonoTime NextDue() const;

 private:
  struct Waiting {
    MonoTime due{};
    Reply reply{};
  };

  bool Fill();
  bool Flush();

  Socket socket_;
  int32_t broker_;
  std::string in_{};
  std::string out_{};
  size_t sent_ = 0;  ///< bytes of out_
  std::deque<Waiting> waiting_{};
  bool closing_ = false;  ///< once out_ is sent
};

}  // namespace klaxon::simulator
