#pragma once

// For .cc files of this folder only.

#include "agent/base/result.h"
#include "agent/tls/session_impl.h"

namespace klaxon::tls {

/// The one place where a TLS failure becomes a sentence with a mend: a predicate for the other
/// side's title. Takes this thread's OpenSSL errors.
Error Explain(const Scene& scene);

}  // namespace klaxon::tls
