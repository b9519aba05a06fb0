#include "agent/http/token_buckets.h"

#include <algorithm>

namespace klaxon::http {

double TokenBuckets::Tokens(const Bucket& bucket, MonoTime now) const {
  const double elapsed = std::chrono::duration<double>(now - bucket.at) / interval_;
  return std::min(burst_, bucket.tokens + std::max(0.0, elapsed));
}

Duration TokenBuckets::Wait(const std::string& key, MonoTime now) const {
  const auto found = buckets_.find(key);
  const double tokens = found == buckets_.end() ? burst_ : Tokens(found->second, now);
  if (tokens >= 1) return Duration::zero();
  return std::chrono::duration_cast<Duration>(interval_ * (1 - tokens));
}

bool TokenBuckets::Full(const std::string& key, MonoTime now) const {
  const auto found = buckets_.find(key);
  return found == buckets_.end() || Tokens(found->second, now) >= burst_;
}

bool TokenBuckets::Take(const std::string& key, MonoTime now) {
  if (!buckets_.contains(key)) {
    if (buckets_.size() >= most_keys_) MakeRoom(now);
    buckets_[key] = {.tokens = burst_, .at = now};
  }
  Bucket& bucket = buckets_[key];
  bucket = {.tokens = Tokens(bucket, now), .at = now};
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

void TokenBuckets::GiveBack(const std::string& key) {
  const auto found = buckets_.find(key);
  if (found != buckets_.end()) found->second.tokens = std::min(burst_, found->second.tokens + 1);
}

void TokenBuckets::MakeRoom(MonoTime now) {
  std::erase_if(buckets_, [&](const auto& each) { return Tokens(each.second, now) >= burst_; });
  while (!buckets_.empty() && buckets_.size() >= most_keys_) {
    buckets_.erase(buckets_.begin());
  }
}

}  // namespace klaxon::http
