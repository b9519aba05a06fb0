// A Java client's properties file and the JAAS line in it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "agent/kafka/client_properties.h"
#include "agent/kafka/jaas_settings.h"
#include "agent/kafka/properties.h"

namespace klaxon::kafka {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

/// The text with everything escaped that has a meaning.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      escaped += c == '\t' ? "\\t" : c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\f";
    } else {
      escaped += (plain ? "" : "\\") + std::string(1, c);
    }
  }
  return escaped;
}

/// What is written with escapes reads the same; beyond ASCII the bytes are another encoding.
void CheckRoundTrip(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) return;
  }
  const Properties read = ParseProperties("key=" + Escaped(text));
  Require(read.mistakes.empty() && read.all.size() == 1 && read.all.front().value == text);
}

}  // namespace
}  // namespace klaxon::kafka

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {  // NOLINT: its name
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto nothing = [](const std::string&) { return std::string(); };
  (void)klaxon::kafka::ReadClientProperties(text, nothing);
  (void)klaxon::kafka::ReadJaasSettings(text, "PLAIN");
  (void)klaxon::kafka::ReadJaasSettings(text, "OAUTHBEARER");
  klaxon::kafka::CheckRoundTrip(text);
  return 0;
}
