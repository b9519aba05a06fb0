#include "collectors/zookeeper/session.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

namespace klaxon::zookeeper_collector {
namespace {

constexpr int32_t kGetData = 4;
constexpr int32_t kGetChildren = 8;
constexpr int32_t kCloseSession = -11;

constexpr int32_t kNoNode = -101;
constexpr int32_t kNoAuth = -102;
constexpr int32_t kAuthFailed = -115;
constexpr int32_t kSessionClosedRequireAuth = -124;

constexpr size_t kLongestFrame = size_t{1} << 20U;  // jute.maxbuffer
constexpr size_t kPassword = 16;
constexpr unsigned kByte = 8;

/// Appends big-endian numbers and what they count.
class Writer {
 public:
  template <class Number>
  Writer& Add(Number number) {
    for (size_t i = sizeof(Number); i-- > 0;) {
      bytes_ += static_cast<char>(static_cast<uint64_t>(number) >> (i * kByte) & 0xffU);
    }
    return *this;
  }

  Writer& AddText(std::string_view text) {
    Add(static_cast<int32_t>(text.size()));
    bytes_ += text;
    return *this;
  }

  std::string Frame() const {
    return Writer().Add(static_cast<int32_t>(bytes_.size())).bytes_ + bytes_;
  }

 private:
  std::string bytes_{};
};

/// Reads the same; what is not there leaves it broken and gives zeros.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  template <class Number>
  Number Take() {
    if (bytes_.size() < sizeof(Number)) {
      broken_ = true;
      return {};
    }
    uint64_t number = 0;
    for (size_t i = 0; i < sizeof(Number); ++i) {
      number = number << kByte | static_cast<unsigned char>(bytes_[i]);
    }
    bytes_.remove_prefix(sizeof(Number));
    return static_cast<Number>(number);
  }

  /// A length of -1 is the empty text (a null of Java).
  std::string TakeText() {
    const auto size = Take<int32_t>();
    if (size <= 0 || static_cast<size_t>(size) > bytes_.size()) {
      broken_ = broken_ || size < -1 || size > 0;
      return {};
    }
    std::string text(bytes_.substr(0, static_cast<size_t>(size)));
    bytes_.remove_prefix(text.size());
    return text;
  }

  bool broken() const { return broken_; }

  size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
  bool broken_ = false;
};

Error NotZookeeper(std::string_view what) {
  return {Reason::kBadAnswer,
          fmt::format("{} is not as ZooKeeper's; is this a client port?", what)};
}

Result<std::string> ReadFrame(Stream& stream) {
  std::array<char, sizeof(int32_t)> head{};
  if (const Result<void> got = stream.ReceiveAll(head); !got) {
    return got.error();
  }
  const auto size = Reader({head.data(), head.size()}).Take<int32_t>();
  if (size < 0 || static_cast<size_t>(size) > kLongestFrame) {
    return NotZookeeper("the length of an answer");
  }
  std::string frame(static_cast<size_t>(size), '\0');
  const Result<void> got = stream.ReceiveAll(frame);
  return got ? Result<std::string>(std::move(frame)) : got.error();
}

Error Refused(int32_t code, std::string_view path) {
  if (code == kNoAuth) {
    return {Reason::kUnauthorized, fmt::format("does not let us read {}: its access list", path)};
  }
  if (code == kAuthFailed || code == kSessionClosedRequireAuth) {
    return {Reason::kUnauthorized, "wants a login for its sessions, which Klaxon does not have"};
  }
  return {Reason::kBadAnswer, fmt::format("answers {} with error {}", path, code)};
}

}  // namespace

Result<Session> Session::Open(Stream& stream) {
  constexpr int32_t kTimeout = 10'000;  // milliseconds; the server keeps it within its own bounds
  Writer connect;
  connect.Add(int32_t{0}).Add(int64_t{0}).Add(kTimeout).Add(int64_t{0});
  connect.AddText(std::string(kPassword, '\0')).Add(uint8_t{1});  // one for readers will do
  if (const Result<void> sent = stream.Send(connect.Frame()); !sent) {
    return sent.error();
  }
  const Result<std::string> frame = ReadFrame(stream);
  if (!frame) {
    return frame.error().reason() == Reason::kUnreachable
               ? Error(Reason::kUnreachable,
                       "the server closed the connection instead of opening a session")
               : frame.error();
  }
  Reader reader(*frame);
  reader.Take<int32_t>();  // the version of the protocol: 0
  const auto timeout = reader.Take<int32_t>();
  reader.Take<int64_t>();
  reader.TakeText();  // a byte may follow: whether the server serves readers only
  if (reader.broken()) {
    return NotZookeeper("the answer to a session's request");
  }
  if (timeout <= 0) {
    return Error(Reason::kRefused, "refuses the session");
  }
  return Session(stream);
}

Result<std::optional<std::string>> Session::Call(int32_t type, std::string_view path) {
  const int32_t xid = ++xid_;
  Writer request;
  request.Add(xid).Add(type).AddText(path).Add(uint8_t{0});  // no watch
  if (const Result<void> sent = stream_->Send(request.Frame()); !sent) {
    return sent.error();
  }
  Result<std::string> frame = ReadFrame(*stream_);
  if (!frame) {
    return frame.error();
  }
  Reader reader(*frame);
  const auto answered = reader.Take<int32_t>();
  reader.Take<int64_t>();  // zxid
  const auto code = reader.Take<int32_t>();
  if (reader.broken() || answered != xid) {
    return NotZookeeper("the answer to a read");
  }
  if (code == kNoNode) {
    return std::optional<std::string>();
  }
  if (code != 0) {
    return Refused(code, path);
  }
  return std::optional(frame->substr(frame->size() - reader.left()));
}

Result<std::optional<Node>> Session::Get(std::string_view path) {
  const Result<std::optional<std::string>> body = Call(kGetData, path);
  if (!body) {
    return body.error();
  }
  if (!*body) {
    return std::optional<Node>();
  }
  Reader reader(**body);
  Node node{.data = reader.TakeText()};
  reader.Take<int64_t>();  // czxid
  reader.Take<int64_t>();  // mzxid
  reader.Take<int64_t>();  // ctime
  node.modified = WallTime(std::chrono::milliseconds(
      std::clamp<int64_t>(reader.Take<int64_t>(), 0, int64_t{1} << 42U)));  // the year 2109
  if (reader.broken()) {
    return NotZookeeper("a node");
  }
  return std::optional(std::move(node));
}

Result<std::optional<std::vector<std::string>>> Session::Children(std::string_view path) {
  const Result<std::optional<std::string>> body = Call(kGetChildren, path);
  if (!body) {
    return body.error();
  }
  if (!*body) {
    return std::optional<std::vector<std::string>>();
  }
  Reader reader(**body);
  const auto count = reader.Take<int32_t>();
  std::vector<std::string> names;
  for (int32_t i = 0; i < count && !reader.broken(); ++i) {
    names.push_back(reader.TakeText());
  }
  if (reader.broken()) {
    return NotZookeeper("a list of nodes");
  }
  return std::optional(std::move(names));
}

void Session::Close() {
  const Result<void> sent = stream_->Send(Writer().Add(++xid_).Add(kCloseSession).Frame());
  if (sent) {
    // Until the server answers: who closes first might overtake the request.
    static_cast<void>(ReadFrame(*stream_));
  }
}

}  // namespace klaxon::zookeeper_collector
