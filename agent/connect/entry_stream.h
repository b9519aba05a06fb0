#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/connect/json_value.h"

namespace klaxon::connect {

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
  /// Takes a member; the value lives during the call.
  using Entry = std::function<void(const std::string& name, const JsonDocument::Value& value)>;

  EntryStream(Choose choose, Entry entry);
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
