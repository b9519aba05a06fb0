#pragma once

#include <string>
#include <string_view>

/// The words that mask.cc knows secrets by; for that file only.
namespace klaxon {

enum class KeyKind {
  kPlain,
  kWeak,  ///< a secret only as the name of a setting: "pass=x", but not "pass: 3 of 4"
  kSecret,
};

/// Of the name of a setting, or of a word in a text.
KeyKind KindOfKey(std::string_view key);

/// Whether it is a secret by its own looks: keys of AWS, tokens of the web and of well-known sites.
bool LooksLikeToken(std::string_view word);

/// Whether it does not look like a word of a language, as base64 does not.
bool LooksRandom(std::string_view word);

/// Whether a word, in lower case, is one that follows "the password is" or "Bearer" in a sentence.
bool IsProse(std::string_view lowered);

/// Whether a word, in lower case, names a scheme of HTTP's Authorization header.
bool IsScheme(std::string_view lowered);

char Lower(char byte);
std::string Lowered(std::string_view text);

}  // namespace klaxon
