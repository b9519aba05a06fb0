// Any bytes as what a receiver answers, as a matcher and as a row of the outbox: they are judged,
// refused or read back the same, without an exception.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "alerts/notify/alert_text.h"
#include "alerts/notify/matchers.h"
#include "alerts/receivers/http_answer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace klaxon;  // NOLINT(google-build-using-namespace)
  const std::string text(reinterpret_cast<const char*>(data), size);
  const WallTime now{std::chrono::seconds{1'800'000'000}};
  const auto wait = receivers::ParseRetryAfter(text, now);
  if (wait && *wait < Duration::zero()) std::abort();
  const int status = size == 0 ? 200 : 100 + data[0] * 2;
  const notify::Delivery judged =
      receivers::JudgeAnswer({.status = status,
                              .content_type = text.substr(0, 20),
                              .headers = {{"Retry-After", text}, {"Location", text}},
                              .body = text},
                             now);
  if ((judged.outcome == notify::Outcome::kAccepted) != (status >= 200 && status < 300)) {
    std::abort();
  }
  if (judged.words.find('\n') != std::string::npos) std::abort();
  if (const auto matchers = notify::ParseMatchers(text)) {
    const auto again = notify::ParseMatchers(notify::ToString(*matchers));
    if (!again || notify::ToString(*again) != notify::ToString(*matchers)) std::abort();
  }
  if (const auto alerts = notify::AlertsFromText(text)) {
    const std::string kept = notify::ToText(*alerts);
    const auto again = notify::AlertsFromText(kept);
    if (!again || notify::ToText(*again) != kept) std::abort();
  }
  return 0;
}
