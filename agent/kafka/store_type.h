#pragma once

#include <string>
#include <string_view>

namespace klaxon::kafka {

/// What is wrong with the type of a Java client's store ("JKS", "PKCS12", "PEM"); empty: nothing.
/// JKS passes here, because what calls itself that is PKCS#12 more often than not (Java 9 and
/// later).
std::string CheckStoreType(std::string_view type);

/// Whether a file that begins so is in Java's own format (JKS or JCEKS), which OpenSSL cannot read.
bool IsJavaKeyStore(std::string_view first_bytes);

/// How to turn a store into one that can be read.
std::string AdviceForJavaKeyStore(std::string_view file);

}  // namespace klaxon::kafka
