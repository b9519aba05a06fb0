#include "agent/tls/openssl.h"

#include <openssl/err.h>

namespace klaxon::tls {

std::string TakeError() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* words = ERR_reason_error_string(code);
  return words == nullptr ? "unknown error" : words;
}

}  // namespace klaxon::tls
