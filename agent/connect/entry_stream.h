#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/connect/json_value.h"

namespace klaxon::connect {

/// Knows members by their bytes, those of key and value with what is between them, so that one that
/// is as it was before need not be read again.
class EntryBook {
 public:
  EntryBook() = default;
  EntryBook(const EntryBook&) = delete;
  EntryBook& operator=(const EntryBook&) = delete;
  virtual ~EntryBook() = default;

  /// How many bytes the member has that comes next, if it is the expected one; 0: none is.
  virtual size_t Expected() const = 0;
  /// True: these bytes are that member, and it counts as read.
  virtual bool Recall(std::string_view bytes) = 0;
  /// A member that was read, at most 4 MiB. Its value is an object.
  virtual void Note(const std::string& name, std::string_view bytes) = 0;
};

/// Reads a JSON object member by member as its bytes come, and holds one member's value at a time:
/// memory depends on the largest member, not on the body. Bounds: 16 levels, 2,000,000 values,
/// 50,000 members, 8 MiB of one member. Confined to one thread.
class EntryStream {
 public:
  enum class Take {
    kWhole,
    kTrace,    ///< a text that is a Java stack trace: only the lines that matter
    kNothing,  ///< the value is left out
  };

  /// Chooses for the value at `path`: the keys that lead to it, the member's first; items of lists
  /// add none. Asked for every key but the members' own.
  using Choose = Take (*)(std::span<const std::string> path);
  /// Takes a member; the value lives during the call. `mistake` is the first thing that was not as
  /// the reading of this value expected it: it ends the stream, unless it is reset.
  using Entry = std::function<void(const std::string& name, const JsonDocument::Value& value,
                                   std::optional<Error>& mistake)>;

  /// `book` may be null, and outlives it.
  EntryStream(Choose choose, Entry entry, EntryBook* book = nullptr);
  EntryStream(const EntryStream&) = delete;
  EntryStream& operator=(const EntryStream&) = delete;
  ~EntryStream();

  /// False: something is wrong, no more is wanted.
  bool Feed(std::string_view bytes);

  /// The end of the body. Error: kBadAnswer, the first thing that was wrong and where.
  Result<void> Finish();

  /// The answer is a list, not an object.
  bool is_list() const;

 private:
  class Builder;
  std::unique_ptr<Builder> builder_;
};

}  // namespace klaxon::connect
