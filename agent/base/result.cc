#include "agent/base/result.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(Reason reason) {
  switch (reason) {
    case Reason::kTimeout:
      return "timeout";
    case Reason::kUnreachable:
      return "unreachable";
    case Reason::kUnauthorized:
      return "unauthorized";
    case Reason::kUnsupported:
      return "unsupported";
    case Reason::kBadAnswer:
      return "bad_answer";
    case Reason::kRefused:
      return "refused";
    case Reason::kInvalid:
      return "invalid";
    case Reason::kCancelled:
      return "cancelled";
    case Reason::kInternal:
      return "internal";
  }
  std::abort();
}

}  // namespace klaxon
