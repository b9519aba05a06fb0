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

  /// Gives `then` from the first refusal of `token` on.
  void Replace(const std::string& token, const std::string& then) {
    const Lock lock(mutex_);
    replaced_ = Secret(token);
    then_ = Good(then);
  }

  void Refused(const Secret& token) override {
    const Lock lock(mutex_);
    ++refused_;
    if (then_ && token == replaced_) {
      token_ = std::exchange(then_, std::nullopt);
    }
  }

  int refused() const {
    const Lock lock(mutex_);
    return refused_;
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
  Secret replaced_ KLAXON_GUARDED_BY(mutex_){};
  std::optional<Result<kafka::Token>> then_ KLAXON_GUARDED_BY(mutex_){};
  int refused_ KLAXON_GUARDED_BY(mutex_) = 0;
  int asked_ KLAXON_GUARDED_BY(mutex_) = 0;
};

}  // namespace klaxon::testing
