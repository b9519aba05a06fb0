#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "tests/alerts/receivers/raw_server.h"

namespace klaxon::receivers {

/// The least of an SMTP server (RFC 5321): no TLS, one answer to every mail, and one to each
/// recipient.
class MailServer {
 public:
  explicit MailServer(std::string verdict, std::map<std::string, std::string> refused = {})
      : verdict_(std::move(verdict)),
        refused_(std::move(refused)),
        server_([this](int socket, const std::string&) { Talk(socket); },
                RawServer::Speaks::kFirst) {}

  std::string address() const { return server_.Url("").substr(7); }

  /// What is said to a recipient from now on.
  void Refuse(std::map<std::string, std::string> refused) {
    const std::scoped_lock lock(mutex_);
    refused_ = std::move(refused);
  }

  /// All that the client said.
  std::string Said() {
    const std::scoped_lock lock(mutex_);
    return said_;
  }

 private:
  void Talk(int socket) {
    RawServer::Write(socket, "220 test\r\n");
    std::string bytes;
    bool in_mail = false;
    while (true) {
      const std::string end = in_mail ? "\r\n.\r\n" : "\r\n";
      const size_t at = bytes.find(end);
      if (at == std::string::npos) {
        char more[4096];
        const ssize_t read = ::recv(socket, more, sizeof more, 0);
        if (read <= 0) {
          return;
        }
        bytes.append(more, static_cast<size_t>(read));
        continue;
      }
      const std::string line = bytes.substr(0, at);
      bytes.erase(0, at + end.size());
      std::string answer = "250 ok";
      {
        const std::scoped_lock lock(mutex_);
        said_ += line + "\r\n";
        if (const auto refused = refused_.find(line); refused != refused_.end()) {
          answer = refused->second;
        }
      }
      const bool data = !in_mail && line == "DATA";
      RawServer::Write(socket, (in_mail ? verdict_ : data ? "354 go on" : answer) + "\r\n");
      in_mail = data;
    }
  }

  const std::string verdict_;
  std::mutex mutex_;
  std::map<std::string, std::string> refused_;  // by the line that the client says
  std::string said_;
  RawServer server_;  // last: its thread uses the rest
};

}  // namespace klaxon::receivers
