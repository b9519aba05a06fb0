#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "agent/base/clock.h"

namespace klaxon::http {

/// Token buckets, one a key: each begins with `burst` tokens and gets one back every `interval`.
/// Keys come from outside, so their number is bounded: at the bound full buckets are forgotten, and
/// then any. Not thread-safe.
class TokenBuckets {
 public:
  /// REQUIRES: interval > 0.
  TokenBuckets(double burst, Duration interval, size_t most_keys)
      : burst_(burst), interval_(interval), most_keys_(most_keys) {}

  /// How long until there is a token: zero if there is one.
  Duration Wait(const std::string& key, MonoTime now) const;

  /// Whether none is missing.
  bool Full(const std::string& key, MonoTime now) const;

  /// Takes a token if there is one.
  bool Take(const std::string& key, MonoTime now);

  /// Puts one back that was taken.
  void GiveBack(const std::string& key);

  size_t size() const { return buckets_.size(); }

 private:
  struct Bucket {
    double tokens = 0;
    MonoTime at{};
  };

  double Tokens(const Bucket& bucket, MonoTime now) const;
  void MakeRoom(MonoTime now);

  const double burst_;
  const Duration interval_;
  const size_t most_keys_;
  std::unordered_map<std::string, Bucket> buckets_{};
};

}  // namespace klaxon::http
