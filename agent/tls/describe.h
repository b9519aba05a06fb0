#pragma once

// For .cc files of this folder only.

#include "agent/tls/certificate.h"
#include "agent/tls/openssl.h"

namespace klaxon::tls {

Certificate Describe(X509* certificate);

}  // namespace klaxon::tls
