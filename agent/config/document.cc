#include "agent/config/document.h"

#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "agent/config/read_file.h"
#include "agent/config/reading.h"

namespace klaxon::config {
namespace {

constexpr size_t kMaxBytes = size_t{4} << 20U;

}  // namespace

Document::Document(std::shared_ptr<Reading> reading) : reading_(std::move(reading)) {
}

Document Document::Load(const std::string& file, const Environment& environment) {
  const std::string folder = std::filesystem::path(file).parent_path().string();
  Result<std::string> text = ReadFile(file, kMaxBytes);
  if (!text) {
    auto reading = std::make_shared<Reading>(file, folder, environment);
    reading->Fail(text.error().message());
    return Document(std::move(reading));
  }
  return Parse(*text, file, environment, folder);
}

Document Document::Parse(std::string_view text, std::string name, const Environment& environment,
                         std::string folder) {
  auto reading = std::make_shared<Reading>(std::move(name), std::move(folder), environment);
  if (text.size() > kMaxBytes) {
    reading->Fail(fmt::format("is longer than {} bytes", kMaxBytes));
  } else {
    reading->Take(ParseTree(text));
  }
  return Document(std::move(reading));
}

YamlMap Document::Root() {
  return {reading_, &reading_->root(), ""};
}

bool Document::ok() const {
  return reading_->ok();
}

std::vector<Mistake> Document::mistakes() const {
  return reading_->Mistakes();
}

const KeyCatalogue& Document::catalogue() const {
  return reading_->catalogue();
}

}  // namespace klaxon::config
