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
constexpr size_t kMostHeld = size_t{4} << 20U;   // of an entry that is told by its bytes
constexpr size_t kNameInPath = 60;

}  // namespace

class EntryStream::Builder final : public JsonEvents {
 public:
  Builder(Choose choose, Entry entry, EntryBook* book)
      : choose_(choose), entry_(std::move(entry)), book_(book) {}

  bool Feed(std::string_view bytes) {
    while (!bytes.empty() && Well()) {
      bytes.remove_prefix(expected_ > 0 ? Hold(bytes) : in_entry_ ? Scan(bytes) : Approach(bytes));
    }
    return Well();
  }

  Result<void> Finish() {
    if (expected_ > 0) Reread();
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

  bool Well() const { return !error_ && scanner_.error() == nullptr; }

  // What Feed does with the first of the bytes; each returns how many it took.

  /// Between entries.
  size_t Approach(std::string_view bytes) {
    if (scanner_.AtMember() && bytes[0] == '"') {
      in_entry_ = true;
      held_.clear();
      expected_ = book_ == nullptr || rereading_ ? 0 : book_->Expected();
      return 0;
    }
    scanner_.Feed(bytes.substr(0, 1));
    return 1;
  }

  /// Of what may be an entry that is known.
  size_t Hold(std::string_view bytes) {
    const size_t count = std::min(expected_ - held_.size(), bytes.size());
    held_.append(bytes.substr(0, count));
    if (held_.size() < expected_) return count;
    if (!book_->Recall(held_)) {
      Reread();
    } else {
      scanner_.SkipMember(held_.size());
      expected_ = 0;
      in_entry_ = false;
      CountEntry();
    }
    return count;
  }

  /// It was not: reads what was held.
  void Reread() {
    expected_ = 0;
    rereading_ = true;  // what begins in there is held no more, or there would be no end of it
    Feed(std::exchange(held_, {}));
    rereading_ = false;
  }

  /// Of an entry that is new.
  size_t Scan(std::string_view bytes) {
    // Events have no result: what goes wrong in them is seen between pieces.
    constexpr size_t kPiece = size_t{64} << 10U;
    const uint64_t before = scanner_.position();
    scanner_.Feed(bytes.substr(0, kPiece));
    const std::string_view taken = bytes.substr(0, scanner_.position() - before);
    if (book_ != nullptr && held_.size() <= kMostHeld) held_.append(taken);
    if (!in_entry_ && Well() && noted_ && held_.size() <= kMostHeld) book_->Note(name_, held_);
    return taken.size();
  }

  void CountEntry() {
    if (++entries_ > kMostEntries) Fail("more entries than Connect would send");
  }

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
    CountEntry();
    std::optional<Error> mistake;
    const JsonDocument::Value value(&value_, &mistake, Printable(path_[0], kNameInPath));
    if (!error_) entry_(path_[0], value, mistake);
    if (mistake) error_ = std::move(mistake);
    noted_ = book_ != nullptr && value_.is_object();
    name_ = std::move(path_[0]);
    value_ = nullptr;
    path_.clear();
    kept_ = 0;
    in_entry_ = false;
    scanner_.Pause();
  }

  const Choose choose_;
  const Entry entry_;
  EntryBook* const book_;  // null: none
  JsonScanner scanner_{*this};
  std::optional<Error> error_{};
  bool inside_ = false;  // the outermost object has begun
  bool is_list_ = false;
  Take take_ = Take::kWhole;  // of the value that comes next
  size_t skipping_ = 0;       // brackets that are open and not wanted
  std::vector<std::string> path_{};
  std::vector<Open> open_{};
  bool in_entry_ = false;
  size_t expected_ = 0;  // bytes of the entry that is held; 0: none is
  std::string held_{};   // the entry under way, as long as it may be known or noted
  bool rereading_ = false;
  bool noted_ = false;  // the last entry is one for the book
  std::string name_{};  // of the last entry
  json value_{};        // of the entry under way
  std::string text_{};
  TraceCutter cutter_{};
  size_t values_ = 0;
  size_t entries_ = 0;
  size_t kept_ = 0;  // bytes of the entry under way
};

EntryStream::EntryStream(Choose choose, Entry entry, EntryBook* book)
    : builder_(std::make_unique<Builder>(choose, std::move(entry), book)) {
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
