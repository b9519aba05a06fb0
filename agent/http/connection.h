#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/descriptor.h"
#include "agent/http/chunk_guard.h"
#include "agent/http/gate.h"
#include "agent/http/head_scanner.h"
#include "agent/http/listener.h"
#include "agent/http/stats_book.h"
#include "agent/http/tls_listener.h"
#include "agent/http/transport.h"

namespace klaxon::http {

/// One client's socket, with a deadline on everything. Waits, so it lives on a thread of its own
/// and is confined to it.
class Connection {
 public:
  /// Of the server that it belongs to.
  struct Owner {
    const ServerLimits& limits;
    Gate& gate;
    StatsBook& stats;
  };

  /// `id` is its place in the gate, which it leaves when it is destroyed.
  Connection(Accepted accepted, uint64_t id, Owner owner);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// Shakes hands, within the time for a head; false if the client cannot, may not or was too slow.
  /// A client that speaks plain HTTP is told so. To be called first, or never.
  bool Secure(TlsListener& tls);

  /// Waits until the whole head of the next request is there; false if the client left, was too
  /// slow or was refused (and was told why).
  bool ReadHead();

  /// As recv: 0 at the end of what the client sends, -1 after an error or the body's deadline.
  ssize_t Read(char* bytes, size_t size);

  /// As send, waiting for room; -1 after an error or a deadline of the answer.
  ssize_t Write(const char* bytes, size_t size);

  /// Whether Read would return at once.
  bool Readable() const;
  /// Waits as Read and Write do.
  bool WaitReadable();
  bool WaitWritable();

  /// The request is whole and let in: from now on the connection is not closed for a newer one.
  void BeginHandling();

  /// The status of the answer that was written since ReadHead; 0 if none was.
  int answered_status() const { return answered_status_; }

  /// Ends sending, and goes on reading for a moment: closing with unread bytes would reset the
  /// connection, and the client could lose the answer.
  void Linger();

  const std::string& address() const { return address_; }

  /// What counts as one client.
  const std::string& group() const { return group_; }

  /// Of the request that ReadHead found.
  const RequestHead& head() const { return head_; }

  int fd() const { return socket_.get(); }

 private:
  bool Wait(short events, MonoTime due) const;
  bool SpeaksTls(MonoTime due);
  bool ShakeHands(MonoTime due);
  bool IsNamed(const std::vector<std::string>& names) const;
  bool WaitForClient(short events);
  ssize_t Receive(char* bytes, size_t size, MonoTime due);
  bool IsBody(std::string_view bytes);
  MonoTime AnswerDue();
  void Refuse(const Refusal& refusal);

  Descriptor socket_;
  const std::string address_;
  const std::string group_;
  const uint64_t id_;
  const Owner owner_;
  Transport transport_;
  std::string buffer_{};  ///< what was received and not yet Read
  size_t read_ = 0;       ///< of buffer_
  RequestHead head_{};
  size_t head_left_ = 0;  ///< bytes of the head that were not Read
  ChunkGuard chunks_{};
  size_t requests_ = 0;
  MonoTime body_due_{};
  bool body_failed_ = false;
  bool answering_ = false;
  MonoTime answer_due_{};
  int answered_status_ = 0;
};

}  // namespace klaxon::http
