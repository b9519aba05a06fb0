#pragma once

#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/tls/client_options.h"

namespace klaxon::tls {

enum class Format { kPem, kDer, kJavaKeyStore, kUnknown };

/// Told from the first bytes.
Format FormatOf(std::string_view bytes);

/// How a store is called in errors: its file, or "the certificate given in the configuration".
std::string TitleOf(const Store& store);

/// What is in a store: written out, or in its file (a regular one, at most 4 MiB). Error: kInvalid
/// with the title.
Result<std::string> BytesOf(const Store& store);

/// How a Java key store is told that we do not read it, and how it becomes one that we do.
Error JavaKeyStoreError(const Store& store);

}  // namespace klaxon::tls
