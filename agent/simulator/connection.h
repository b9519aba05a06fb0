#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "agent/base/clock.h"
#include "agent/simulator/dispatch.h"
#include "agent/simulator/login.h"
#include "agent/simulator/stream.h"

namespace klaxon::simulator {

/// A client's connection to one broker. Never blocks. Confined to one thread.
class Connection {
 public:
  /// What becomes of a request, without its frame length. Silence: it is asked again later.
  using Handler = std::function<Reply(Login& login, std::string_view request)>;

  /// `rules` must outlive it.
  Connection(Stream stream, int32_t broker, const LoginRules& rules)
      : stream_(std::move(stream)), broker_(broker), login_(rules) {}

  int descriptor() const { return stream_.descriptor(); }

  int32_t broker() const { return broker_; }

  const Login& login() const { return login_; }

  /// What poll() is to wait for.
  short Events() const { return stream_.Events(!out_.empty()); }

  /// Told of each whole request.
  using Witness = std::function<void(std::string_view request)>;

  /// Takes what has come; answers are due at `due`. False: the connection is at its end.
  bool Receive(const Witness& witness, MonoTime due);

  /// Has the requests answered whose time has come, one after the other as Kafka does: behind one
  /// that gets no answer the others wait. False: the connection is at its end.
  bool Send(const Handler& handler, MonoTime now);

  /// When the next answer is due; MonoTime::max(): none is, or the first waits for an event.
  MonoTime NextDue() const;

 private:
  struct Waiting {
    MonoTime due{};
    std::string request{};
    std::string answer{};  ///< that is held back until it is due; empty: none is
  };

  bool Fill();
  bool Flush();

  Stream stream_;
  int32_t broker_;
  Login login_;
  std::string in_{};
  std::string out_{};
  size_t sent_ = 0;  ///< bytes of out_
  std::deque<Waiting> waiting_{};
  bool stuck_ = false;    ///< the first of them got no answer
  bool closing_ = false;  ///< once out_ is sent
};

}  // namespace klaxon::simulator
