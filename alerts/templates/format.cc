#include "alerts/templates/format.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "agent/base/utf8.h"
#include "alerts/templates/functions.h"
#include "alerts/templates/literal.h"

namespace klaxon::templates {
namespace {

constexpr size_t kWidest = 10'000;

/// One directive: "%-8.3f".
struct Directive {
  bool minus = false;
  bool plus = false;
  bool sharp = false;
  bool space = false;
  bool zero = false;
  size_t width = 0;
  std::optional<size_t> precision{};
  char verb = '\0';
};

size_t CharactersOf(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

std::string_view Characters(std::string_view text, size_t most) {
  size_t end = 0;
  for (; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xc0U) != 0x80;
    if (begins && most-- == 0) break;
  }
  return text.substr(0, end);
}

/// Filled up to the width; zeros go between the sign and the digits.
std::string Pad(std::string text, const Directive& directive, bool number) {
  const size_t length = CharactersOf(text);
  if (length >= directive.width) return text;
  const size_t missing = directive.width - length;
  if (directive.minus) return text.append(missing, ' ');
  const bool zeros = directive.zero && number;
  const bool sign = zeros && !text.empty() && (text[0] == '-' || text[0] == '+' || text[0] == ' ');
  return text.insert(sign ? 1 : 0, missing, zeros ? '0' : ' ');
}

std::string Signed(const std::string& digits, bool negative, const Directive& directive) {
  const char* const sign = negative ? "-" : directive.plus ? "+" : directive.space ? " " : "";
  return sign + digits;
}

std::string Based(uint64_t magnitude, const Directive& directive) {
  switch (directive.verb) {
    case 'b':
      return fmt::format("{}{:b}", directive.sharp ? "0b" : "", magnitude);
    case 'o':
      return fmt::format("{}{:o}", directive.sharp ? "0" : "", magnitude);
    case 'O':
      return fmt::format("0o{:o}", magnitude);
    case 'x':
      return fmt::format("{}{:x}", directive.sharp ? "0x" : "", magnitude);
    case 'X':
      return fmt::format("{}{:X}", directive.sharp ? "0X" : "", magnitude);
    default:
      return fmt::to_string(magnitude);
  }
}

std::optional<std::string> FormatInteger(uint64_t magnitude, bool negative,
                                         const Directive& directive) {
  switch (directive.verb) {
    case 'c': {
      std::string text;
      AppendUtf8(negative || magnitude > 0x10ffff ? 0xfffd : static_cast<uint32_t>(magnitude),
                 text);
      return Pad(text, directive, false);
    }
    case 'U':
      return Pad(fmt::format("U+{:04X}", magnitude), directive, false);
    case 'v':
    case 'd':
    case 'b':
    case 'o':
    case 'O':
    case 'x':
    case 'X': {
      std::string digits = Based(magnitude, directive);
      const size_t least = std::min(directive.precision.value_or(0), kWidest);
      if (digits.size() < least) digits.insert(0, least - digits.size(), '0');
      return Pad(Signed(digits, negative, directive), directive, !directive.precision);
    }
    default:
      return std::nullopt;
  }
}

std::string FloatDigits(double magnitude, const Directive& directive) {
  const char verb = directive.verb == 'v' ? 'g' : directive.verb == 'F' ? 'f' : directive.verb;
  if (!directive.precision && (verb == 'g' || verb == 'G')) {
    std::string digits = ShownNumber(magnitude);
    if (verb == 'G') std::ranges::replace(digits, 'e', 'E');
    return digits;
  }
  const size_t precision = std::min(directive.precision.value_or(6), size_t{500});
  return fmt::format(fmt::runtime(std::string("{:.{}") + verb + "}"), magnitude, precision);
}

std::optional<std::string> FormatFloat(double number, const Directive& directive) {
  constexpr std::string_view kVerbs = "vgGeEfF";
  if (kVerbs.find(directive.verb) == std::string_view::npos) return std::nullopt;
  const bool negative = std::signbit(number) && !std::isnan(number);
  if (!std::isfinite(number)) {
    const std::string text = std::isnan(number) ? "NaN" : "Inf";
    const std::string sign = negative ? "-" : std::isnan(number) && !directive.plus ? "" : "+";
    return Pad(sign + text, directive, false);
  }
  return Pad(Signed(FloatDigits(std::abs(number), directive), negative, directive), directive,
             true);
}

std::optional<std::string> FormatText(std::string_view text, const Directive& directive) {
  if (directive.precision) text = Characters(text, *directive.precision);
  switch (directive.verb) {
    case 'v':
    case 's':
      return Pad(std::string(text), directive, false);
    case 'q':
      return Pad(Quoted(text), directive, false);
    case 'x':
    case 'X': {
      std::string digits;
      for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        digits += directive.verb == 'x' ? fmt::format("{:02x}", byte) : fmt::format("{:02X}", byte);
      }
      return Pad(std::move(digits), directive, false);
    }
    default:
      return std::nullopt;
  }
}

/// What else than a number takes; the others of Go's verbs show a mistake.
std::string_view VerbsOf(const Value& value) {
  if (value.As<bool>() != nullptr) return "tv";
  if (value.As<std::string>() != nullptr) return "vsqxX";
  return value.empty() ? "v" : "vsq";
}

std::optional<std::string> FormatValue(const Value& value, const Directive& directive) {
  if (const auto* number = value.As<double>()) return FormatFloat(*number, directive);
  if (const auto* whole = value.As<int64_t>()) {
    const bool negative = *whole < 0;
    const auto bits = static_cast<uint64_t>(*whole);
    return FormatInteger(negative ? 0 - bits : bits, negative, directive);
  }
  if (const auto* natural = value.As<uint64_t>()) return FormatInteger(*natural, false, directive);
  const auto* span = value.As<Duration>();
  if (span != nullptr && directive.verb == 'd')
    return FormatValue(Value(static_cast<int64_t>(span->count())), directive);
  if (VerbsOf(value).find(directive.verb) == std::string_view::npos) return std::nullopt;
  if (const auto* truth = value.As<bool>()) return Pad(*truth ? "true" : "false", directive, false);
  return FormatText(Shown(value, kLongestText), directive);
}

/// Reads the directives of a format one after the other.
class Formatter {
 public:
  Formatter(std::string_view format, std::span<const Value> arguments)
      : rest_(format), arguments_(arguments) {}

  Result<std::string> Run() {
    while (!rest_.empty()) {
      const size_t percent = std::min(rest_.find('%'), rest_.size());
      text_ += rest_.substr(0, percent);
      rest_.remove_prefix(percent);
      if (!rest_.empty()) ReadDirective();
      if (text_.size() > kLongestText) return Error(Reason::kInvalid, "text longer than 1 MiB");
    }
    if (next_ < arguments_.size()) AddExtra();
    if (text_.size() > kLongestText) return Error(Reason::kInvalid, "text longer than 1 MiB");
    return std::move(text_);
  }

 private:
  void ReadDirective() {
    rest_.remove_prefix(1);
    Directive directive;
    ReadFlags(directive);
    if (const std::optional<size_t> width = ReadSize(); width) directive.width = *width;
    if (rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      directive.precision = ReadSize().value_or(0);
    }
    if (rest_.empty()) {
      text_ += "%!(NOVERB)";
      return;
    }
    directive.verb = rest_.front();
    rest_.remove_prefix(1);
    Write(directive);
  }

  void Write(const Directive& directive) {
    if (directive.verb == '%') {
      text_ += '%';
    } else if (next_ >= arguments_.size()) {
      text_ += fmt::format("%!{}(MISSING)", directive.verb);
    } else if (directive.verb == 'T') {
      text_ += TypeName(arguments_[next_++]);
    } else {
      const Value& value = arguments_[next_++];
      const std::optional<std::string> formatted = FormatValue(value, directive);
      text_ += formatted ? *formatted : Misfit(directive, value);
    }
  }

  /// The value is shown as %v with the same flags, width and precision.
  static std::string Misfit(const Directive& directive, const Value& value) {
    if (value.empty()) return fmt::format("%!{}(<nil>)", directive.verb);
    Directive any = directive;
    any.verb = 'v';
    const std::optional<std::string> shown = FormatValue(value, any);
    return fmt::format("%!{}({}={})", directive.verb, TypeName(value),
                       shown ? *shown : Shown(value, kLongestText));
  }

  void ReadFlags(Directive& directive) {
    for (; !rest_.empty(); rest_.remove_prefix(1)) {
      switch (rest_.front()) {
        case '-':
          directive.minus = true;
          break;
        case '+':
          directive.plus = true;
          break;
        case '#':
          directive.sharp = true;
          break;
        case ' ':
          directive.space = true;
          break;
        case '0':
          directive.zero = true;
          break;
        default:
          return;
      }
    }
  }

  /// A number, or the next argument for "*".
  std::optional<size_t> ReadSize() {
    if (rest_.starts_with('*')) {
      rest_.remove_prefix(1);
      const auto* const size =
          next_ < arguments_.size() ? arguments_[next_].As<int64_t>() : nullptr;
      ++next_;
      if (size == nullptr || *size < 0 || static_cast<uint64_t>(*size) > kWidest)
        return std::nullopt;
      return static_cast<size_t>(*size);
    }
    std::optional<size_t> size;
    for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; rest_.remove_prefix(1))
      size = std::min(size.value_or(0) * 10 + static_cast<size_t>(rest_.front() - '0'), kWidest);
    return size;
  }

  void AddExtra() {
    text_ += "%!(EXTRA ";
    for (size_t i = next_; i < arguments_.size(); ++i) {
      if (i > next_) text_ += ", ";
      text_ += arguments_[i].empty()
                   ? "<nil>"
                   : fmt::format("{}={}", TypeName(arguments_[i]), Shown(arguments_[i], 1000));
    }
    text_ += ")";
  }

  std::string_view rest_;
  std::span<const Value> arguments_;
  size_t next_ = 0;
  std::string text_{};
};

}  // namespace

Result<std::string> FormatLikeGo(std::string_view format, std::span<const Value> arguments) {
  return Formatter(format, arguments).Run();
}

std::string EscapeHtml(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&#34;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '\0':
        escaped += "\ufffd";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string EscapeQuery(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      escaped += c;
    } else {
      escaped += c == ' ' ? "+" : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return escaped;
}

}  // namespace klaxon::templates
