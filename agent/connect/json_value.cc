#include "agent/connect/json_value.h"

#include <exception>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "agent/base/mask.h"
#include "agent/base/text.h"

namespace klaxon::connect {
namespace {

using nlohmann::json;

constexpr int kDeepest = 16;
constexpr size_t kMostJsonValues = 500'000;
constexpr size_t kKeyInPath = 60;

/// Thrown through the parser to end it.
class TooMuch final : public std::exception {
 public:
  explicit TooMuch(const char* what) : what_(what) {}

  const char* what() const noexcept override { return what_; }

 private:
  const char* what_;
};

const json& Node(const void* node) {
  return *static_cast<const json*>(node);
}

}  // namespace

struct JsonDocument::Tree {
  json root{};
};

JsonDocument::JsonDocument()
    : tree_(std::make_unique<Tree>()), error_(std::make_unique<std::optional<Error>>()) {
}

JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::Parse(std::string_view bytes) {
  JsonDocument document;
  size_t values = 0;
  try {
    document.tree_->root = json::parse(bytes, [&](int depth, json::parse_event_t, json&) {
      if (depth > kDeepest) {
        throw TooMuch("nested too deeply");
      }
      if (++values > kMostJsonValues) {
        throw TooMuch("more values than Connect would send");
      }
      return true;
    });
  } catch (const json::exception& exception) {
    // Its text begins with a name of its own in brackets.
    std::string_view text = exception.what();
    if (const size_t end = text.find("] "); end != std::string_view::npos) {
      text.remove_prefix(end + 2);
    }
    return Error(Reason::kBadAnswer, "not JSON: " + Printable(MaskSecrets(text), 120));
  } catch (const TooMuch& exception) {
    return Error(Reason::kBadAnswer, exception.what());
  }
  return document;
}

JsonDocument::Value JsonDocument::Root() const {
  return {&tree_->root, error_.get(), ""};
}

JsonDocument::Value::Value(const void* node, std::optional<Error>* error, std::string path)
    : node_(node), error_(error), path_(std::move(path)) {
}

bool JsonDocument::Value::null() const {
  return node_ != nullptr && Node(node_).is_null();
}

void JsonDocument::Value::Expect(std::string_view what) const {
  if (!*error_) {
    const char* found = node_ == nullptr ? "nothing" : Node(node_).type_name();
    *error_ = Error(Reason::kBadAnswer, (path_.empty() ? "the answer" : path_) + " is " + found +
                                            " instead of " + std::string(what));
  }
}

JsonDocument::Value JsonDocument::Value::operator[](const char* key) const {
  Value member(nullptr, error_, path_.empty() ? key : path_ + "." + key);
  if (node_ == nullptr) {
    return member;
  }
  if (!Node(node_).is_object()) {
    Expect("an object");
    return member;
  }
  const auto found = Node(node_).find(key);
  if (found != Node(node_).end()) {
    member.node_ = &*found;
  }
  return member;
}

std::string JsonDocument::Value::Raw() const {
  if (node_ == nullptr || Node(node_).is_null()) {
    return "";
  }
  const auto* text = Node(node_).get_ptr<const std::string*>();
  if (text == nullptr) {
    Expect("text");
    return "";
  }
  return *text;
}

std::string JsonDocument::Value::Text(size_t limit) const {
  return Printable(Raw(), limit);
}

int32_t JsonDocument::Value::Integer() const {
  if (node_ == nullptr || !Node(node_).is_number_integer()) {
    Expect("a number");
    return 0;
  }
  const auto number = Node(node_).get<int64_t>();
  if (number < 0 || number > std::numeric_limits<int32_t>::max()) {
    Expect("a number of 0 to 2147483647");
    return 0;
  }
  return static_cast<int32_t>(number);
}

std::string JsonDocument::Value::Json() const {
  return node_ == nullptr ? "" : Node(node_).dump();
}

void JsonDocument::Value::Members(
    const std::function<void(const std::string&, Value)>& each) const {
  if (node_ == nullptr || !Node(node_).is_object()) {
    Expect("an object");
    return;
  }
  for (const auto& [key, node] : Node(node_).items()) {
    const std::string place = Printable(key, kKeyInPath);
    each(key, Value(&node, error_, path_.empty() ? place : path_ + "." + place));
  }
}

void JsonDocument::Value::Items(const std::function<void(Value)>& each) const {
  if (node_ == nullptr) {
    return;
  }
  if (!Node(node_).is_array()) {
    Expect("a list");
    return;
  }
  size_t index = 0;
  for (const json& node : Node(node_)) {
    each(Value(&node, error_, path_ + "[" + std::to_string(index++) + "]"));
  }
}

}  // namespace klaxon::connect
