#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "agent/base/result.h"

namespace klaxon::connect {

class EntryStream;

/// A JSON document of an answer, read with its place at hand, so that an error can name it.
/// The first wrong thing met is kept; everything after it reads as empty. Not thread-safe.
class JsonDocument {
 public:
  class Value;

  /// Parses within the bounds that parse.h names.
  static Result<JsonDocument> Parse(std::string_view bytes);

  JsonDocument(const JsonDocument&) = delete;
  JsonDocument& operator=(const JsonDocument&) = delete;
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  /// REQUIRES: the document outlives the value and everything read from it.
  Value Root() const;

  /// The first thing that was not as it should be; none: all was well.
  const std::optional<Error>& error() const { return *error_; }

 private:
  struct Tree;
  JsonDocument();

  std::unique_ptr<Tree> tree_;
  std::unique_ptr<std::optional<Error>> error_;
};

/// One value and its path, e.g. "sink-7.status.tasks[2]".
class JsonDocument::Value {
 public:
  /// The member; complains when this is no object. A missing one reads as absent.
  Value operator[](const char* key) const;

  bool absent() const { return node_ == nullptr; }

  /// It is there, and null.
  bool null() const;

  /// One printable line of at most `limit` bytes. Complains about anything but text; an absent or
  /// null value is empty.
  std::string Text(size_t limit = 200) const;

  /// The text as it is. Otherwise as Text.
  std::string Raw() const;

  int32_t Integer() const;

  /// The value as JSON on one line; empty if absent.
  std::string Json() const;

  /// Calls `each` with key and value of every member; complains when this is no object.
  void Members(const std::function<void(const std::string&, Value)>& each) const;

  /// Calls `each` with every item; complains when this is no list. Absent: no items.
  void Items(const std::function<void(Value)>& each) const;

  /// Complains that this is not what was expected.
  void Expect(std::string_view what) const;

 private:
  friend class JsonDocument;
  friend class EntryStream;
  Value(const void* node, std::optional<Error>* error, std::string path);

  const void* node_;  // of the library's type; null: absent
  std::optional<Error>* error_;
  std::string path_;
};

}  // namespace klaxon::connect
