#pragma once

#include <string>
#include <string_view>

/// Keeps secrets out of what Klaxon remembers and shows of others' words. Pure.
namespace klaxon {

/// Whether the value of a configuration key of this name is a secret: passwords, tokens, keys of
/// accounts, login lines.
bool IsSecretKey(std::string_view key);

/// The text without what looks like a secret in it: what follows `password=` and its like, user
/// names and passwords in URLs (JDBC's too), what `Bearer` and `Basic` announce, private keys, and
/// the inner part of `${provider:...}`. Each becomes "***". It may hide too much, and it cannot
/// know a password that stands somewhere without a name.
std::string MaskSecrets(std::string_view text);

}  // namespace klaxon
