#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agent/http/client.h"
#include "agent/http/gunzip.h"

namespace klaxon::http {

/// The body of one answer as it comes: undoes gzip, holds it to the request's cap, and keeps it or
/// hands it on. `request` outlives it. Confined to one thread.
class ClientBody {
 public:
  explicit ClientBody(const HttpRequest& request) : request_(request) {}

  /// The head has come. False, as below, when the body's encoding is one that is not undone.
  bool Begin(int status, std::string_view encoding);

  /// Takes the next bytes as they came; false when the exchange shall end, see failure().
  bool Take(std::string_view bytes);

  /// The answer is complete; false if the gzip in it is not.
  bool End();

  const std::optional<Error>& failure() const { return failure_; }

  /// What was kept.
  std::string& kept() { return kept_; }

 private:
  bool TakePlain(std::string_view piece);
  bool TooLarge();
  bool Fail(Error error);

  const HttpRequest& request_;
  bool handed_on_ = false;
  std::optional<Gunzip> gunzip_{};
  size_t coded_ = 0;  // bytes as they came
  size_t plain_ = 0;  // bytes after decoding
  std::string kept_{};
  std::optional<Error> failure_{};
};

}  // namespace klaxon::http
