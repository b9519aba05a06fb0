#include "agent/connect/trace.h"

#include <algorithm>
#include <array>
#include <memory>

#include "agent/base/mask.h"
#include "agent/base/text.h"
#include "agent/connect/hash.h"

namespace klaxon::connect {
namespace {

constexpr std::string_view kCausedBy = "Caused by: ";
constexpr std::string_view kAt = "\tat ";
constexpr size_t kLongestLine = 800;
constexpr size_t kMostBlocks = 8;
constexpr size_t kFramesOfBlock = 4;
constexpr size_t kLongestClass = 200;
constexpr size_t kLongestMessage = 400;
constexpr size_t kLongestFrame = 300;
constexpr size_t kPackageDepth = 3;  // io.confluent.connect

bool IsDigit(char byte) {
  return byte >= '0' && byte <= '9';
}

bool IsNameByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || IsDigit(byte) ||
         byte == '_' || byte == '$' || byte == '.';
}

/// "app//klaxon.test.Faulty.put(Faulty.java:61)" without the loader and module in front (JDK's
/// StackTraceElement.toString).
std::string_view WithoutModule(std::string_view frame) {
  const size_t slash = frame.substr(0, frame.find('(')).rfind('/');
  if (slash == std::string_view::npos || frame.substr(slash + 1).starts_with("0x")) {
    return frame;  // a hidden class: Foo$$Lambda/0x00007f.run
  }
  return frame.substr(slash + 1);
}

/// Kafka's, Java's or the web server's. Kafka's own connectors are connectors all the same.
bool IsPlatform(std::string_view frame) {
  static constexpr std::array<std::string_view, 3> kConnectors{"org.apache.kafka.connect.file.",
                                                               "org.apache.kafka.connect.mirror.",
                                                               "org.apache.kafka.connect.tools."};
  static constexpr std::array<std::string_view, 10> kPlatforms{"java.",
                                                               "javax.",
                                                               "jdk.",
                                                               "sun.",
                                                               "com.sun.",
                                                               "jakarta.",
                                                               "org.apache.kafka.",
                                                               "kafka.",
                                                               "scala.",
                                                               "org.eclipse.jetty."};
  const auto begins = [&](std::string_view prefix) { return frame.starts_with(prefix); };
  return std::none_of(kConnectors.begin(), kConnectors.end(), begins) &&
         std::any_of(kPlatforms.begin(), kPlatforms.end(), begins);
}

/// The package of a class, at most three names deep; empty without one.
std::string_view PackageOf(std::string_view java_class) {
  size_t end = 0;
  for (size_t names = 0; names < kPackageDepth; ++names) {
    const size_t dot = java_class.find('.', end);
    if (dot == std::string_view::npos) break;
    end = dot + 1;
  }
  return java_class.substr(0, end);
}

/// The line without "Caused by: ".
std::string_view Cause(std::string_view head) {
  return Trim(head.starts_with(kCausedBy) ? head.substr(kCausedBy.size()) : head);
}

/// Splits "a.B: message".
void ReadHead(std::string_view head, ConnectFailure& failure) {
  const std::string_view cause = Cause(head);
  const size_t end = std::min(cause.find(':'), cause.size());
  const std::string_view name = cause.substr(0, end);
  const bool is_class = !name.empty() && std::all_of(name.begin(), name.end(), IsNameByte) &&
                        (name.find('.') != std::string_view::npos || name.ends_with("Exception") ||
                         name.ends_with("Error"));
  const std::string_view message =
      is_class ? Trim(cause.substr(std::min(end + 1, cause.size()))) : cause;
  failure.exception = Printable(is_class ? name : "", kLongestClass);
  failure.message = Printable(MaskSecrets(message), kLongestMessage);
}

struct Exception {
  std::string_view head{};
  std::vector<std::string_view> frames{};
};

/// The first frame of the deepest exception that has one in `package`.
std::string_view OwnFrame(const std::vector<Exception>& exceptions, std::string_view package) {
  for (size_t i = exceptions.size(); i-- > 0;) {
    for (const std::string_view frame : exceptions[i].frames) {
      if (frame.starts_with(package)) return frame;
    }
  }
  return {};
}

/// Into views of what a TraceCutter left.
std::vector<Exception> Split(std::string_view lines) {
  std::vector<Exception> exceptions;
  while (!lines.empty()) {
    const size_t end = std::min(lines.find('\n'), lines.size());
    const std::string_view line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.starts_with(kAt) && !exceptions.empty()) {
      exceptions.back().frames.push_back(WithoutModule(line.substr(kAt.size())));
    } else {
      exceptions.push_back({.head = line});
    }
  }
  return exceptions;
}

/// Adds the text with every word that holds a digit as '#'.
void AddNormal(std::string_view text, Hash64& hash) {
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    bool digits = false;
    while (end < text.size() && (IsNameByte(text[end]) || text[end] == '-') && text[end] != '.') {
      digits = digits || IsDigit(text[end]);
      ++end;
    }
    end = std::max(end, at + 1);
    hash.Add(digits ? "#" : text.substr(at, end - at));
    at = end;
  }
}

}  // namespace

void TraceCutter::Feed(std::string_view part) {
  while (!part.empty()) {
    const size_t end = part.find('\n');
    if (line_.size() < kLongestLine) {
      line_.append(part.substr(0, std::min(end, kLongestLine - line_.size())));
    }
    if (end == std::string_view::npos) return;
    part.remove_prefix(end + 1);
    EndLine();
  }
}

void TraceCutter::EndLine() {
  const std::string_view line = line_;
  if (line.starts_with(kAt) && !blocks_.empty()) {
    std::vector<std::string>& frames = blocks_.back().frames;
    const std::string_view frame = line.substr(kAt.size());
    // Most lines of most traces, told without a closer look.
    const bool usual = frame.starts_with("org.apache.kafka.connect.runtime.") ||
                       frame.starts_with("java.base/java.");
    if (!usual && frames.size() < kFramesOfBlock && !IsPlatform(WithoutModule(frame))) {
      frames.emplace_back(line);
    }
  } else if (blocks_.empty() ? !Trim(line).empty()
                             : line.starts_with(kCausedBy) && !Cause(line).empty()) {
    if (blocks_.size() == kMostBlocks) blocks_.erase(blocks_.begin() + 1);
    blocks_.push_back({.head = std::string(line)});
  }
  line_.clear();
}

std::string TraceCutter::Take() {
  EndLine();
  std::string lines;
  for (const Block& block : blocks_) {
    lines.append(block.head).push_back('\n');
    for (const std::string& frame : block.frames) {
      lines.append(frame).push_back('\n');
    }
  }
  blocks_.clear();
  return lines;
}

ConnectFailureRef ReadFailure(std::string_view trace, std::string_view connector_class) {
  TraceCutter cutter;
  cutter.Feed(trace);
  const std::string lines = cutter.Take();
  const std::vector<Exception> exceptions = Split(lines);
  if (exceptions.empty()) return nullptr;
  auto failure = std::make_shared<ConnectFailure>();
  for (const Exception& exception : exceptions) {
    if (&exception != &exceptions.front()) failure->around.push_back(LineOf(*failure));
    ReadHead(exception.head, *failure);
  }
  const std::string_view package = PackageOf(connector_class);
  std::string_view frame = package.empty() ? package : OwnFrame(exceptions, package);
  if (frame.empty()) frame = OwnFrame(exceptions, "");
  failure->frame = Printable(frame, kLongestFrame);
  failure->fingerprint = FingerprintOf(*failure);
  return failure;
}

std::string LineOf(const ConnectFailure& failure) {
  if (failure.exception.empty() || failure.message.empty()) {
    return failure.exception + failure.message;
  }
  return Printable(failure.exception + ": " + failure.message, kLongestMessage);
}

uint64_t FingerprintOf(const ConnectFailure& failure) {
  Hash64 hash;
  AddNormal(failure.exception, hash);
  hash.Add("\n");
  AddNormal(failure.message, hash);
  hash.Add("\n");
  const std::string_view frame = failure.frame;
  AddNormal(frame.substr(0, frame.find('(')), hash);
  return hash.Value();
}

}  // namespace klaxon::connect
