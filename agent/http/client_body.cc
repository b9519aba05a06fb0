#include "agent/http/client_body.h"

#include <cstdlib>

#include <fmt/format.h>

#include "agent/base/text.h"
#include "agent/http/field.h"

namespace klaxon::http {

bool ClientBody::Fail(Error error) {
  if (!failure_) failure_ = std::move(error);
  return false;
}

bool ClientBody::TooLarge() {
  return Fail({Reason::kBadAnswer, fmt::format("the answer is larger than the {} bytes that are "
                                               "taken",
                                               request_.max_body)});
}

bool ClientBody::Begin(int status, std::string_view encoding) {
  handed_on_ = request_.on_body && status >= 200 && status < 300;
  if (encoding.empty() || EqualWithoutCase(encoding, "identity")) return true;
  if (EqualWithoutCase(encoding, "gzip") || EqualWithoutCase(encoding, "x-gzip")) {
    gunzip_.emplace();
    return true;
  }
  return Fail({Reason::kBadAnswer, "the answer is encoded as " + Printable(encoding, 40) +
                                       ", which was not asked for; does something between here "
                                       "and there change answers?"});
}

bool ClientBody::Take(std::string_view bytes) {
  if (!gunzip_) return TakePlain(bytes);
  coded_ += bytes.size();  // gzip can go on for ever without a byte coming out
  if (coded_ > request_.max_body) return TooLarge();
  switch (gunzip_->Take(bytes, [this](std::string_view piece) { return TakePlain(piece); })) {
    case Gunzip::Step::kMore:
      return true;
    case Gunzip::Step::kRefused:
      return false;
    case Gunzip::Step::kDamaged:
      return Fail({Reason::kBadAnswer, "the gzip of the answer is damaged"});
  }
  std::abort();
}

bool ClientBody::TakePlain(std::string_view piece) {
  if (piece.size() > request_.max_body - plain_) return TooLarge();
  plain_ += piece.size();
  if (!handed_on_) {
    kept_.append(piece);
    return true;
  }
  const Result<void> taken = request_.on_body(piece);
  return taken || Fail(taken.error());
}

bool ClientBody::End() {
  return !gunzip_ || gunzip_->complete() ||
         Fail({Reason::kBadAnswer, "the gzip of the answer was cut short"});
}

}  // namespace klaxon::http
