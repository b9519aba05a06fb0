#pragma once

#include <cassert>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace klaxon {

/// Why something did not work. A closed list: it is the `reason` label of our own failure metrics.
enum class Reason {
  kTimeout,       ///< a deadline passed before the answer came
  kUnreachable,   ///< no connection: refused, reset, no route, name does not resolve
  kUnauthorized,  ///< the other side says no or does not let us log in, or we do not trust it
  kUnsupported,   ///< the other side cannot do it (version, mode, kind)
  kBadAnswer,     ///< an answer came that breaks its protocol or its own bounds
  kRefused,       ///< a well-formed answer that says: not now, or not here (e.g. NOT_COORDINATOR)
  kInvalid,       ///< what we were given (configuration, argument) is wrong
  kCancelled,     ///< we are stopping
  kInternal,      ///< a defect of ours, caught at a fence
};

/// The label value of a reason, e.g. "timeout". Never empty, never changes between versions.
std::string_view Name(Reason reason);

/// What went wrong: a reason for programs, a sentence for people.
class Error {
 public:
  Error(Reason reason, std::string message) : reason_(reason), message_(std::move(message)) {}

  Reason reason() const { return reason_; }

  /// One line, e.g. "listing groups on broker 3: no answer within 5 s".
  const std::string& message() const { return message_; }

  /// The same error with its place put in front: `error.In("listing groups")`.
  Error In(std::string_view place) const { return {reason_, std::string(place) + ": " + message_}; }

  friend bool operator==(const Error&, const Error&) = default;

 private:
  Reason reason_;
  std::string message_;
};

/// A value or the reason there is none. The shape of std::expected, which GCC 12 does not have.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}  // NOLINT(google-explicit-constructor)

  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }

  /// REQUIRES: a value is held.
  T& value() & {
    assert(*this);
    return *std::get_if<0>(&state_);
  }

  const T& value() const& {
    assert(*this);
    return *std::get_if<0>(&state_);
  }

  T&& value() && {
    assert(*this);
    return std::move(*std::get_if<0>(&state_));
  }

  T& operator*() & { return value(); }

  const T& operator*() const& { return value(); }

  T&& operator*() && { return std::move(*this).value(); }

  T* operator->() { return &value(); }

  const T* operator->() const { return &value(); }

  /// REQUIRES: no value is held.
  const Error& error() const {
    assert(!*this);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// Success, or the reason for the failure.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;

  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const { return state_.index() == 0; }

  /// REQUIRES: it failed.
  const Error& error() const {
    assert(!*this);
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<std::monostate, Error> state_;
};

}  // namespace klaxon
