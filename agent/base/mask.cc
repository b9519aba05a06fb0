#include "agent/base/mask.h"

#include <algorithm>
#include <utility>

#include "agent/base/mask_words.h"

namespace klaxon {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::string_view kValueEnds = " \t\r\n\"',;&)}]<>";

bool IsWordByte(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
         (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' || byte == '-';
}

bool IsQuote(char byte) {
  return byte == '"' || byte == '\'';
}

bool IsBlank(char byte) {
  return byte == ' ' || byte == '\t';
}

/// Looks ahead for the next of some bytes. What was found is kept until it is passed, so that a
/// text in which it comes rarely is not searched again and again: all searches together take time
/// in proportion to the text.
class Ahead {
 public:
  Ahead(std::string_view text, std::string_view any_of) : text_(text), any_of_(any_of) {}

  /// The place of the first at or behind `from`; the text's size if there is none.
  size_t From(size_t from) {
    if (from < begin_ || from > found_) {
      begin_ = from;
      found_ = std::min(text_.find_first_of(any_of_, from), text_.size());
    }
    return found_;
  }

 private:
  std::string_view text_;
  std::string_view any_of_;
  size_t begin_ = 1;  // nothing is known of places before
  size_t found_ = 0;
};

/// Walks over a text and copies it, except for what it hides. Every byte is looked at a few times
/// at most, whatever the text.
class Masker {
 public:
  explicit Masker(std::string_view text) : text_(text), lowered_(Lowered(text)) {}

  std::string Run() {
    while (at_ < text_.size()) {
      if (!(Placeholder() || PrivateKey() || OracleLogin() || UrlLogin() || InvalidValue() ||
            Word())) {
        const char byte = text_[at_++];
        in_tag_ = byte == '<' || (in_tag_ && byte != '>');
        out_.push_back(byte);
      }
    }
    return std::move(out_);
  }

 private:
  bool Is(size_t at, std::string_view lower) const {
    return std::string_view(lowered_).substr(std::min(at, lowered_.size())).starts_with(lower);
  }

  /// The byte at a place; 0 behind the end.
  char Byte(size_t at) const { return at < text_.size() ? text_[at] : '\0'; }

  void Copy(size_t count) {
    out_.append(text_.substr(at_, count));
    at_ += std::min(count, text_.size() - at_);
  }

  /// Copies what is before `begin` and puts the mask in place of what stands from there to `end`.
  void Hide(size_t begin, size_t end) {
    Copy(begin - at_);
    if (end > at_) {
      out_.append(kMask);
      at_ = std::min(end, text_.size());
    }
  }

  size_t Find(std::string_view any_of, size_t from) const {
    return std::min(text_.find_first_of(any_of, from), text_.size());
  }

  size_t SkipBlanks(size_t at) const {
    while (IsBlank(Byte(at))) {
      ++at;
    }
    return at;
  }

  /// ${file:/etc/secrets:db} (Connect's ConfigTransformer); without an end it hides the rest.
  bool Placeholder() {
    if (!Is(at_, "${")) return false;
    const size_t end = braces_.From(at_);
    const size_t colon = colons_.From(at_);
    Hide(colon < end ? colon + 1 : at_ + 2, end);
    return true;
  }

  bool PrivateKey() {
    constexpr std::string_view kBegin = "-----begin";
    if (!Is(at_, kBegin)) return false;
    Hide(at_ + kBegin.size(), lowered_.find("-----end", at_));
    return true;
  }

  /// jdbc:oracle:thin:scott/tiger@host
  bool OracleLogin() {
    constexpr std::string_view kOracle = "jdbc:oracle:";
    if (!Is(at_, kOracle)) return false;
    const size_t end = url_ends_.From(at_);
    const size_t login = colons_.From(at_ + kOracle.size());
    const size_t host = hosts_.From(at_);
    if (login >= end || host >= end || host <= login) {
      Copy(kOracle.size());
    } else {
      Hide(login + 1, host);
    }
    return true;
  }

  /// The '@' before the host of a URL that ends there; npos: there is none.
  size_t HostBefore(size_t end) {
    if (end != host_of_) {
      host_of_ = end;
      const size_t found = text_.substr(at_, end - at_).rfind('@');
      host_ = found == std::string_view::npos ? found : at_ + found;
    }
    return host_ == std::string_view::npos || host_ < at_ ? std::string_view::npos : host_;
  }

  /// scheme://user:password@host; the password may hold slashes that nobody encoded.
  bool UrlLogin() {
    constexpr std::string_view kSeparator = "://";
    if (!Is(at_, kSeparator)) return false;
    Copy(kSeparator.size());
    const size_t host = HostBefore(url_ends_.From(at_));
    if (host == std::string_view::npos) return true;
    const size_t slash = Find("/?", at_);
    const size_t colon = colons_.From(at_);
    const bool port_follows = colon < slash && slash < host && slash > colon + 1 &&
                              std::all_of(
                                  text_.begin() + static_cast<std::ptrdiff_t>(colon) + 1,
                                  text_.begin() + static_cast<std::ptrdiff_t>(slash),
                                  [](char byte) { return byte >= '0' && byte <= '9'; });
    if (slash > host || (colon < slash && !port_follows)) {
      Hide(at_, host);
    }
    return true;
  }

  /// "Invalid value hunter2 for configuration db.password" (Kafka's ConfigException).
  bool InvalidValue() {
    constexpr std::string_view kBefore = "invalid value ";
    constexpr std::string_view kBetween = " for configuration ";
    if (!Is(at_, kBefore)) return false;
    const size_t value = at_ + kBefore.size();
    if (between_ < value) {
      between_ = std::min(lowered_.find(kBetween, value), text_.size());
      key_ends_ = std::min(between_ + kBetween.size(), text_.size());
      const size_t key = key_ends_;
      while (IsWordByte(Byte(key_ends_))) {
        ++key_ends_;
      }
      key_is_secret_ = IsSecretKey(text_.substr(key, key_ends_ - key));
    }
    if (!key_is_secret_) return false;
    Hide(value, between_);
    Copy(key_ends_ - at_);
    return true;
  }

  /// A whole word, and what it announces if it names a secret.
  bool Word() {
    size_t end = at_;
    while (IsWordByte(Byte(end))) {
      ++end;
    }
    if (end == at_) return false;
    const std::string_view word = text_.substr(at_, end - at_);
    if (LooksLikeToken(word)) {
      Hide(at_, end);
      return true;
    }
    const std::string_view lowered = std::string_view(lowered_).substr(at_, word.size());
    const KeyKind kind = KindOfKey(word);
    quoted_ = at_ > 0 && IsQuote(text_[at_ - 1]);
    Copy(word.size());
    if (lowered == "bearer" || lowered == "basic") {
      Announced(lowered == "bearer");
    } else if (kind != KeyKind::kPlain && !Assigned(kind) && kind == KeyKind::kSecret) {
      Told(word, lowered);
    } else if (lowered == "identified" && Is(at_, " by ")) {
      Value(SkipBlanks(at_ + 4));  // SQL
    }
    unexpected_ = lowered == "unexpected" || lowered == "unrecognized" || lowered == "illegal";
    return true;
  }

  /// After "Bearer" or "Basic".
  void Announced(bool bearer) {
    constexpr size_t kShortestToken = 8;  // of letters only
    const size_t begin = SkipBlanks(at_);
    if (begin == at_) return;
    const size_t end = Find(kValueEnds, begin);
    const std::string_view login = text_.substr(begin, end - begin);
    const bool long_enough = bearer && login.size() > kShortestToken;
    if ((long_enough || LooksRandom(login)) &&
        !IsProse(std::string_view(lowered_).substr(begin, end - begin))) {
      Hide(begin, end);
    }
  }

  /// After the name of a secret: hides the value if one is given behind a sign. False: none is.
  bool Assigned(KeyKind kind) {
    size_t at = at_;
    while (Byte(at) == '\\' || IsQuote(Byte(at))) {
      ++at;
    }
    if (in_tag_ && Byte(at) == '>') {
      Element(at + 1);
      return true;
    }
    if (Byte(at) == '>' && text_[at - 1] == '-') {  // "password->x": the line is part of the word
      Value(SkipBlanks(at + 1));
      return true;
    }
    at = SkipBlanks(at);
    if (in_tag_ && Is(at, "value=")) {
      at += 5;  // <property name="password" value="...">
    }
    if (Is(at, "->") || Is(at, "%3d")) {  // Scala's maps; a URL in a URL
      Value(SkipBlanks(at + (Byte(at) == '-' ? 2 : 3)));
      return true;
    }
    const char sign = Byte(at);
    if (sign != '=' && (sign != ':' || (kind == KeyKind::kWeak && !quoted_))) {
      return false;
    }
    while (Byte(at) == '=' || Byte(at) == ':') {
      ++at;
    }
    at += text_[at - 1] == '=' && Byte(at) == '>' ? 1U : 0U;
    Value(SkipBlanks(at));
    return true;
  }

  /// After the name of a secret without a sign: "password [x]", "password 'x'", "password is x",
  /// "--password x".
  void Told(std::string_view name, std::string_view lowered) {
    const size_t at = SkipBlanks(at_);
    const char first = Byte(at);
    const bool apart = at > at_;
    const bool parsers = unexpected_ || lowered == "token";  // a token of a grammar, not of a login
    const bool bracket = !parsers && (first == '[' || (first == '{' && !ListsFields(at + 1)));
    const bool quote = apart && IsQuote(first) && !quoted_ && !parsers;
    const bool option = apart && name.starts_with("--") && IsWordByte(first) && first != '-';
    if (bracket || quote || option) {
      Value(at);
    } else if (apart && (Is(at, "is ") || Is(at, "is: ") || Is(at, "was "))) {
      const size_t value = SkipBlanks(Find(" ", at));
      const size_t end = Find(" \t\r\n,;", value);
      if (!IsProse(std::string_view(lowered_).substr(value, end - value))) {
        Value(value);
      }
    }
  }

  /// MongoCredential{mechanism=...}: what is secret among its fields has a name of its own.
  bool ListsFields(size_t at) const {
    const size_t name = at;
    while (IsWordByte(Byte(at))) {
      ++at;
    }
    return at > name && Byte(at) == '=' && !Is(name, "value=");
  }

  /// <password>x</password>
  void Element(size_t at) {
    constexpr std::string_view kVerbatim = "<![cdata[";
    const bool verbatim = Is(at, kVerbatim);
    in_tag_ = false;
    Hide(at + (verbatim ? kVerbatim.size() : 0),
         verbatim ? lowered_.find("]]>", at) : Find("<", at));
  }

  void Value(size_t at) {
    size_t quote = at;
    while (Byte(quote) == '\\') {
      ++quote;
    }
    if (IsQuote(Byte(quote))) {
      Quoted(quote, quote - at);
    } else if (IsWordByte(Byte(at)) && IsQuote(Byte(at + 1))) {
      Quoted(at + 1, 0);  // b'...' of Python
    } else if (Byte(at) == '{' || Byte(at) == '[' || Byte(at) == '(') {
      Bracketed(at);
    } else {
      Bare(at);
    }
  }

  /// `escapes`: backslashes before the quote, of a text within a text. The end has as many; a quote
  /// with more of them is of the value, and so is a doubled one.
  void Quoted(size_t quote, size_t escapes) {
    const char mark = text_[quote];
    size_t end = quote + 1;
    for (; end < text_.size(); ++end) {
      size_t before = 0;
      while (Byte(end) == '\\') {
        ++before;
        ++end;
      }
      if (Byte(end) != mark) continue;
      const bool closes = escapes == 0 ? before % 2 == 0 : before <= escapes;
      if (closes && mark == '\'' && before == 0 && Byte(end + 1) == mark) {
        ++end;
      } else if (closes) {
        end -= escapes == 0 ? 0 : before;
        break;
      }
    }
    Hide(quote + 1, end);
  }

  /// [x], {x} and what else stands in brackets, with brackets in it. "}}" is a '}' of the value
  /// where more of it follows (SQL Server's connection strings).
  void Bracketed(size_t open) {
    const char opens = text_[open];
    const char closes = opens == '{' ? '}' : opens == '[' ? ']' : ')';
    const bool nests = opens != '{' || IsQuote(Byte(SkipBlanks(open + 1)));
    size_t depth = 1;
    size_t end = open + 1;
    for (; end < text_.size(); ++end) {
      if (nests && text_[end] == opens) {
        ++depth;
      } else if (text_[end] == closes) {
        const bool doubled = !nests && Byte(end + 1) == closes && end + 2 < text_.size() &&
                             kValueEnds.find(text_[end + 2]) == std::string_view::npos;
        if (doubled) {
          ++end;
        } else if (--depth == 0) {
          break;
        }
      }
    }
    Hide(open + 1, end);
  }

  void Bare(size_t at) {
    size_t end = Find(kValueEnds, at);
    const std::string_view first = std::string_view(lowered_).substr(at, end - at);
    if (first == "digest") {
      end = Find("\r\n", end);  // a list
    } else if (IsScheme(first) && IsBlank(Byte(end))) {
      end = Find(kValueEnds, SkipBlanks(end));
    }
    Hide(at, end);
  }

  const std::string_view text_;
  const std::string lowered_;
  Ahead braces_{text_, "}"};
  Ahead colons_{text_, ":"};
  Ahead hosts_{text_, "@"};
  Ahead url_ends_{text_, " \t\r\n\"'<>"};
  std::string out_{};
  size_t at_ = 0;
  bool in_tag_ = false;      // of XML
  bool quoted_ = false;      // the last word
  bool unexpected_ = false;  // so a parser says of the token that follows
  size_t host_of_ = std::string_view::npos;
  size_t host_ = std::string_view::npos;
  size_t between_ =
      0;  // " for configuration ", what follows it, and whether that is a secret's name
  size_t key_ends_ = 0;
  bool key_is_secret_ = false;
};

}  // namespace

std::string MaskSecrets(std::string_view text) {
  return Masker(text).Run();
}

}  // namespace klaxon
