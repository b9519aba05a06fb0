// Any bytes as a configuration file: no exception, no limit passed, and what was read can be
// printed.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tests/config/sample.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using klaxon::config::Document;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Document document = Document::Parse(text, "fuzz.yaml", [](const std::string& name) {
    return name.size() % 2 == 0 ? std::optional<std::string>(name) : std::nullopt;
  });
  (void)klaxon::config::ReadSample(document.Root());
  if (document.ok() != document.mistakes().empty()) {
    std::abort();
  }
  (void)ToString(document.mistakes());
  (void)GapsInExample(document.catalogue());
  return 0;
}
