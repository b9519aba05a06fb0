#include "agent/connect/entry_stream.h"

#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "agent/connect/json_scanner.h"
#include "agent/connect/trace.h"

namespace klaxon::connect {
namespace {

using nlohmann::json;

constexpr size_t kMostValues = 2'000'000;
constexpr size_t kMostEntries = 50'000;
constexpr size_t kMostBytes = size_t{8} << 20U;  // kept of one entry
constexpr size_t kNameInPath = 60;

}  // namespace

class EntryStream::Builder final : public JsonEvents {
 public:
  Builder(Choose choose, Entry entry) : choose_(choose), entry_(std::move(entry)) {}

  bool Feed(std::string_view bytes) {
    // Events have no result: what goes wrong in them is seen between pieces.
    constexpr size_t kPiece = size_t{64} << 10U;
    while (!bytes.empty() && !error_ && scanner_.Feed(bytes.substr(0, kPiece))) {
      bytes.remove_prefix(std::min(kPiece, bytes.size()));
    }
    return !error_ && scanner_.error() == nullptr;
  }

  Result<void> Finish() {
    if (!error_ && !scanner_.Finish()) {
      Fail(fmt::format("not JSON: {} (byte {})", scanner_.error(), scanner_.position()));
    }
    if (error_) return *error_;
    return {};
  }

  bool is_list() const { return is_list_; }

  void BeginObject() override {
    if (inside_) {
      Begin(json::object());
    } else {
      inside_ = true;
    }
  }

  void BeginList() override {
    if (inside_) {
      Begin(json::array());
    } else {
      is_list_ = true;
      Refuse(json::array());
    }
  }

  void End() override {
    if (skipping_ > 0) {
      --skipping_;
    } else if (!open_.empty()) {
      open_.pop_back();
      EndValue();
    }
  }

  void TextPart(std::string_view part) override {
    if (skipping_ > 0) return;
    if (take_ == Take::kTrace) {
      cutter_.Feed(part);
    } else if (take_ == Take::kWhole && Keep(part.size())) {
      text_.append(part);
    }
  }

  void EndKey() override {
    if (skipping_ > 0) return;
    if (open_.empty()) {
      path_.assign(1, std::exchange(text_, {}));
      return;
    }
    path_.resize(open_.back().depth);
    path_.push_back(std::exchange(text_, {}));
    take_ = choose_(path_);
  }

  void EndText() override {
    std::string text = take_ == Take::kTrace ? cutter_.Take() : std::exchange(text_, {});
    Add(json(std::move(text)));
  }

  void Number(std::string_view digits) override {
    const json number = json::parse(digits, nullptr, false);
    Add(number.is_discarded() ? json(digits) : number);
  }

  void Word(Literal literal) override {
    Add(literal == Literal::kNull ? json() : json(literal == Literal::kTrue));
  }

 private:
  struct Open {
    json* node = nullptr;
    size_t depth = 0;  ///< of the path that leads to it
  };

  void Fail(std::string message) {
    if (!error_) error_ = Error(Reason::kBadAnswer, std::move(message));
  }

  void Refuse(const json& instead) {
    Fail(fmt::format("the answer is {} instead of an object", instead.type_name()));
  }

  bool Keep(size_t bytes) {
    kept_ += bytes;
    if (kept_ > kMostBytes) {
      Fail(fmt::format("{} is larger than 8 MiB",
                       path_.empty() ? "a key" : Printable(path_[0], kNameInPath)));
    }
    return kept_ <= kMostBytes;
  }

  /// Where the next value goes; null: nowhere.
  json* Place() {
    if (error_ || take_ == Take::kNothing) return nullptr;
    if (++values_ > kMostValues) {
      Fail("more values than Connect would send");
      return nullptr;
    }
    if (open_.empty()) return &value_;
    json& around = *open_.back().node;
    if (around.is_object()) return &around[path_.back()];
    around.push_back(nullptr);
    return &around.back();
  }

  void Begin(json bracket) {
    if (skipping_ > 0) {
      ++skipping_;
      return;
    }
    json* place = Keep(sizeof(json)) ? Place() : nullptr;
    if (place == nullptr) {
      ++skipping_;
      take_ = Take::kWhole;
      return;
    }
    *place = std::move(bracket);
    open_.push_back({.node = place, .depth = path_.size()});
    take_ = Take::kWhole;
  }

  void Add(json value) {
    if (skipping_ > 0) return;
    if (!inside_) return Refuse(value);
    json* place = Keep(sizeof(json)) ? Place() : nullptr;
    if (place != nullptr) *place = std::move(value);
    take_ = Take::kWhole;
    EndValue();
  }

  /// A value is whole; an entry, if nothing is open.
  void EndValue() {
    if (!open_.empty()) {
      path_.resize(open_.back().depth);
      return;
    }
    if (error_ || path_.empty()) return;  // the end of everything
    if (++entries_ > kMostEntries) return Fail("more entries than Connect would send");
    const JsonDocument::Value value(&value_, &error_, Printable(path_[0], kNameInPath));
    entry_(path_[0], value);
    value_ = nullptr;
    path_.clear();
    kept_ = 0;
  }

  const Choose choose_;
  const Entry entry_;
  JsonScanner scanner_{*this};
  std::optional<Error> error_{};
  bool inside_ = false;  // the outermost object has begun
  bool is_list_ = false;
  Take take_ = Take::kWhole;  // of the value that comes next
  size_t skipping_ = 0;       // brackets that are open and not wanted
  std::vector<std::string> path_{};
  std::vector<Open> open_{};
  json value_{};  // of the entry under way
  std::string text_{};
  TraceCutter cutter_{};
  size_t values_ = 0;
  size_t entries_ = 0;
  size_t kept_ = 0;  // bytes of the entry under way
};

EntryStream::EntryStream(Choose choose, Entry entry)
    : builder_(std::make_unique<Builder>(choose, std::move(entry))) {
}

EntryStream::~EntryStream() = default;

bool EntryStream::Feed(std::string_view bytes) {
  return builder_->Feed(bytes);
}

Result<void> EntryStream::Finish() {
  return builder_->Finish();
}

bool EntryStream::is_list() const {
  return builder_->is_list();
}

}  // namespace klaxon::connect
