#pragma once

#include <functional>
#include <memory>
#include <string_view>

namespace klaxon::http {

/// Undoes gzip (RFC 1952), one member or several, as the bytes come. What comes out goes on at once
/// in pieces of at most 16 KiB: a bomb grows nothing here. Confined to one thread.
class Gunzip {
 public:
  /// Takes a piece of what comes out; false: no more of it.
  using Out = std::function<bool(std::string_view piece)>;

  enum class Step { kMore, kRefused, kDamaged };

  Gunzip();
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;
  ~Gunzip();

  /// After anything but kMore nothing but the destructor may be called.
  Step Take(std::string_view bytes, const Out& out);

  /// Whether it may end here: between two members, or before the first.
  bool complete() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace klaxon::http
