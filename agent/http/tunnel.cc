#include <charconv>

#include <fmt/format.h>

#include "agent/http/client_stream.h"
#include "agent/http/login.h"
#include "agent/http/proxy.h"
#include "agent/http/status.h"

namespace klaxon::http {
namespace {

bool WriteAll(ClientStream& stream, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = stream.Write(bytes.data(), bytes.size());
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

/// The head of the proxy's answer; its length is the stream's to limit.
bool ReadHead(ClientStream& stream, std::string& head) {
  char byte = 0;
  while (!head.ends_with("\r\n\r\n") && !head.ends_with("\n\n")) {
    if (stream.Read(&byte, 1) != 1) return false;
    head += byte;
  }
  return true;
}

/// 0: it has none.
int StatusIn(std::string_view head) {
  const size_t blank = head.find(' ');
  int status = 0;
  if (blank != std::string_view::npos) {
    std::from_chars(head.data() + blank + 1, head.data() + head.size(), status);
  }
  return status;
}

Result<void> Judge(int status, const std::string& target) {
  if (status >= kOk && status < kFirstRedirect) return {};
  if (status == kProxyLogin) {
    return Error(Reason::kUnauthorized,
                 "wants a login (407); check proxy.username and proxy.password");
  }
  if (status == 0) return Error(Reason::kBadAnswer, "breaks HTTP; is it a web proxy?");
  return Error(Reason::kUnreachable,
               fmt::format("answers {} when asked for a connection to {}; does it allow that, and "
                           "is that running?",
                           status, target));
}

}  // namespace

Result<void> OpenTunnel(int fd, const Proxy& proxy, const Url& origin, Patience& patience) {
  const std::string target = ToString(HostPort{origin.host, origin.port});
  std::string request =
      fmt::format("CONNECT {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: klaxon\r\n", target, target);
  if (!proxy.username.empty()) {
    request +=
        "Proxy-Authorization: " + BasicAuthorization(proxy.username, proxy.password) + "\r\n";
  }
  ClientStream stream(fd, nullptr, patience);
  std::string head;
  const bool answered = WriteAll(stream, request + "\r\n") && ReadHead(stream, head);
  const std::string title = "the proxy " + ToString(proxy.address);
  if (!answered) {
    return stream.failure() ? stream.failure()->In(title)
                            : Error(Reason::kBadAnswer, title + " breaks HTTP; is it a web proxy?");
  }
  const Result<void> judged = Judge(StatusIn(head), target);
  if (!judged) return Error(judged.error().reason(), title + " " + judged.error().message());
  if (stream.Readable()) return Error(Reason::kBadAnswer, title + " sends what nobody asked for");
  return {};
}

}  // namespace klaxon::http
