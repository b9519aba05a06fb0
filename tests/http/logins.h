#pragma once

#include <string>

#include "agent/http/access_rules.h"

namespace klaxon::http {

// Hashes of cost 4, so that tests are quick. The passwords: "viewer-pw", "operator-pw", "admin-pw".
inline constexpr const char* kViewerHash =
    "$2b$04$abcdefghijklmnopqrstuuA245UVMHz5x2Tyo8uuUX5..AF.t3JBe";
inline constexpr const char* kOperatorHash =
    "$2b$04$abcdefghijklmnopqrstuuoHFYqMSAsOlTTrwLAZQweLhbnaGXyfO";
inline constexpr const char* kAdminHash =
    "$2b$04$abcdefghijklmnopqrstuunjjXVilITTjGtFH/emy.ACeBYJBzOuG";

/// Users "viewer", "operator" and "admin", each of that role.
inline AccessRules ThreeUsers() {
  AccessRules rules;
  rules.users = {{.name = "viewer", .hash = Secret(kViewerHash), .role = Access::kViewer},
                 {.name = "operator", .hash = Secret(kOperatorHash), .role = Access::kOperator},
                 {.name = "admin", .hash = Secret(kAdminHash), .role = Access::kAdmin}};
  return rules;
}

// "user:password" in base64.
inline constexpr const char* kViewerLogin = "Authorization: Basic dmlld2VyOnZpZXdlci1wdw==\r\n";
inline constexpr const char* kOperatorLogin =
    "Authorization: Basic b3BlcmF0b3I6b3BlcmF0b3ItcHc=\r\n";
inline constexpr const char* kAdminLogin = "Authorization: Basic YWRtaW46YWRtaW4tcHc=\r\n";
inline constexpr const char* kBadLogin = "Authorization: Basic YWRtaW46d3Jvbmc=\r\n";
inline constexpr const char* kStrangerLogin = "Authorization: Basic bm9ib2R5Ondyb25n\r\n";

}  // namespace klaxon::http
