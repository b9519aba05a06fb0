#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace klaxon::testing {

/// A folder of a test, gone with it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    path_ = (std::filesystem::temp_directory_path() / "klaxon-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) {
      std::abort();
    }
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const { return path_; }

 private:
  std::string path_{};
};

}  // namespace klaxon::testing
