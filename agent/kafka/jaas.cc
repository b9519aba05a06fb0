#include "agent/kafka/jaas.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "agent/base/text.h"

namespace klaxon::kafka {
namespace {

constexpr std::string_view kBlanks = " \t\r\n\f\v";

struct Token {
  enum class Kind { kWord, kQuoted, kSign, kEnd, kBroken };

  Kind kind = Kind::kEnd;
  std::string text{};  ///< of a sign: "=" or ";"; of kBroken: what is wrong

  bool IsSign(std::string_view sign) const { return kind == Kind::kSign && text == sign; }

  bool IsText() const { return kind == Kind::kWord || kind == Kind::kQuoted; }
};

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : rest_(text) {}

  Token Next() {
    if (!SkipBlanksAndComments()) {
      return {Token::Kind::kBroken, "a comment (/*) without its end"};
    }
    if (rest_.empty()) {
      return {};
    }
    const char first = rest_.front();
    if (first == '=' || first == ';') {
      rest_.remove_prefix(1);
      return {Token::Kind::kSign, std::string(1, first)};
    }
    return first == '"' || first == '\'' ? Quoted(first) : Word();
  }

 private:
  /// False: a comment does not end.
  bool SkipBlanksAndComments() {
    while (true) {
      rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
      if (rest_.starts_with("//")) {
        rest_.remove_prefix(std::min(rest_.find_first_of("\r\n"), rest_.size()));
      } else if (rest_.starts_with("/*")) {
        const size_t end = rest_.find("*/", 2);
        if (end == std::string_view::npos) {
          return false;
        }
        rest_.remove_prefix(end + 2);
      } else {
        return true;
      }
    }
  }

  Token Word() {
    const size_t end = std::min(rest_.find_first_of(" \t\r\n\f\v=;\"'"), rest_.size());
    Token word{Token::Kind::kWord, std::string(rest_.substr(0, end))};
    rest_.remove_prefix(end);
    return word;
  }

  Token Quoted(char quote) {
    Token quoted{Token::Kind::kQuoted, ""};
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != quote && rest_.front() != '\n') {
      const char c = rest_.front();
      rest_.remove_prefix(1);
      quoted.text += c == '\\' && !rest_.empty() ? Escaped() : c;
    }
    if (!rest_.starts_with(quote)) {
      return {Token::Kind::kBroken, "a quote without its end"};
    }
    rest_.remove_prefix(1);
    return quoted;
  }

  /// What stands after a '\' in quotes.
  char Escaped() {
    constexpr std::string_view kNames = "abfnrtv";
    constexpr std::string_view kMeanings = "\a\b\f\n\r\t\v";
    const char c = rest_.front();
    if (c >= '0' && c <= '7') {
      return Octal();
    }
    rest_.remove_prefix(1);
    const size_t index = kNames.find(c);
    return index == std::string_view::npos ? c : kMeanings[index];
  }

  /// Up to three digits, two if the first is above 3.
  char Octal() {
    const size_t most = rest_.front() <= '3' ? 3 : 2;
    uint32_t value = 0;
    for (size_t i = 0; i < most && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '7';
         ++i) {
      value = value * 8 + static_cast<uint32_t>(rest_.front() - '0');
      rest_.remove_prefix(1);
    }
    return static_cast<char>(value);
  }

  std::string_view rest_;
};

Error Wrong(std::string what) {
  return {Reason::kInvalid,
          std::move(what) + "; expected ...LoginModule required name=\"value\" ... ;"};
}

bool IsControlFlag(std::string text) {
  constexpr std::array<std::string_view, 4> kFlags{"required", "requisite", "sufficient",
                                                   "optional"};
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::find(kFlags.begin(), kFlags.end(), text) != kFlags.end();
}

/// Reads options up to the end of the entry; what is wrong, if something is.
std::optional<Error> ReadOptions(Tokenizer& tokens, JaasEntry& entry) {
  while (true) {
    const Token name = tokens.Next();
    if (name.IsSign(";") || name.kind == Token::Kind::kEnd) {
      return std::nullopt;
    }
    if (name.kind == Token::Kind::kBroken) {
      return Wrong(name.text);
    }
    const Token equals = tokens.Next();
    Token value = tokens.Next();
    if (value.kind == Token::Kind::kBroken) {
      return Wrong(value.text);
    }
    if (!name.IsText() || !equals.IsSign("=") || !value.IsText()) {
      // What stands here may be the rest of a password that needs quotes: it is not shown.
      return Wrong(entry.options.empty()
                       ? "the first option has no value"
                       : "what follows the option \"" + Printable(entry.options.back().first, 40) +
                             "\" is no option; are all values in quotes?");
    }
    std::erase_if(entry.options, [&](const auto& other) { return other.first == name.text; });
    entry.options.emplace_back(name.text, std::move(value.text));
  }
}

}  // namespace

const std::string* JaasEntry::Find(std::string_view name) const {
  const auto found = std::find_if(options.begin(), options.end(),
                                  [&](const auto& option) { return option.first == name; });
  return found == options.end() ? nullptr : &found->second;
}

Result<JaasEntry> ParseJaas(std::string_view text) {
  Tokenizer tokens(text);
  const Token module = tokens.Next();
  if (module.kind == Token::Kind::kBroken) {
    return Wrong(module.text);
  }
  if (module.kind != Token::Kind::kWord) {
    return Wrong("it does not begin with a login module");
  }
  const Token flag = tokens.Next();
  if (flag.kind == Token::Kind::kBroken) {
    return Wrong(flag.text);
  }
  if (flag.kind != Token::Kind::kWord || !IsControlFlag(flag.text)) {
    return Wrong("\"required\" does not stand after the login module");
  }
  JaasEntry entry;
  entry.module = module.text.substr(module.text.rfind('.') + 1);
  if (const std::optional<Error> wrong = ReadOptions(tokens, entry)) {
    return *wrong;
  }
  if (tokens.Next().kind != Token::Kind::kEnd) {
    return Wrong("more than one login module");
  }
  return entry;
}

}  // namespace klaxon::kafka
