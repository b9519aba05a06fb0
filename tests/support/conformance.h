#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

namespace klaxon {

/// A folder of the conformance data, which is read in place: KLAXON_CONFORMANCE names where it is,
/// by default ../shared/conformance. Without it the test is skipped; with CI=true it fails.
inline std::filesystem::path ConformanceFolder(std::string_view name) {
  const char* const given = std::getenv("KLAXON_CONFORMANCE");
  const std::filesystem::path folder =
      std::filesystem::path(given != nullptr ? given : "../shared/conformance") / name;
  if (!std::filesystem::is_directory(folder)) {
    const char* const ci = std::getenv("CI");
    const std::string what = "the conformance data is not there (" + folder.string() +
                             "; KLAXON_CONFORMANCE names its folder)";
    if (ci != nullptr && std::string_view(ci) == "true") FAIL(what);
    SKIP(what);
  }
  return folder;
}

}  // namespace klaxon
