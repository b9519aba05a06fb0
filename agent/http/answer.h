#pragma once

#include <memory>
#include <string>

#include "agent/http/message.h"

namespace klaxon::http {

/// An answer in the coding that the client understands, before its framing.
struct Answer {
  int status = 200;
  std::string content_type{};
  HeaderList headers{};  ///< all but those of the framing; none that could inject another
  std::shared_ptr<const std::string> body{};
  BodySource source{};  ///< instead of body
};

/// `configured`: headers in place of ours.
Answer MakeAnswer(Response response, bool accepts_gzip, const HeaderList& configured);

}  // namespace klaxon::http
