#include "agent/model/rest_proxy_facts.h"

#include <cstdlib>

namespace klaxon {

std::string_view Name(RestProxyState state) {
  switch (state) {
    case RestProxyState::kUnknown:
      return "unknown";
    case RestProxyState::kServing:
      return "serving";
    case RestProxyState::kFailing:
      return "failing";
    case RestProxyState::kHanging:
      return "hanging";
    case RestProxyState::kUnreachable:
      return "unreachable";
  }
  std::abort();
}

std::string_view Name(RestProxyKind kind) {
  switch (kind) {
    case RestProxyKind::kUnknown:
      return "unknown";
    case RestProxyKind::kConfluent:
      return "confluent";
    case RestProxyKind::kKarapace:
      return "karapace";
    case RestProxyKind::kBridge:
      return "bridge";
  }
  std::abort();
}

}  // namespace klaxon
