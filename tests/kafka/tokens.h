#pragma once

#include <optional>
#include <string>
#include <utility>

#include "agent/base/mutex.h"
#include "agent/kafka/token_source.h"

namespace klaxon::testing {

/// Gives the token that it was told last; empty: one is being fetched. Thread-safe.
class Tokens final : public kafka::TokenSource {
 public:
  explicit Tokens(std::optional<Result<kafka::Token>> token) : token_(std::move(token)) {}

  explicit Tokens(const std::string& text) : Tokens(Good(text)) {}

  static Result<kafka::Token> Good(const std::string& text) {
    return kafka::Token{.value = Secret(text), .expires = WallTime::max()};
  }

  std::optional<Result<kafka::Token>> Current(const Instant& /*now*/) override {
    const Lock lock(mutex_);
    ++asked_;
    return token_;
  }

  void Set(std::optional<Result<kafka::Token>> token) {
    const Lock lock(mutex_);
    token_ = std::move(token);
  }

  int asked() const {
    const Lock lock(mutex_);
    return asked_;
  }

 private:
  mutable Mutex mutex_{};
  std::optional<Result<kafka::Token>> token_ KLAXON_GUARDED_BY(mutex_);
  int asked_ KLAXON_GUARDED_BY(mutex_) = 0;
};

}  // namespace klaxon::testing
