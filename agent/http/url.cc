#include "agent/http/url.h"

#include <algorithm>
#include <array>

#include "agent/base/text.h"
#include "agent/http/field.h"

namespace klaxon::http {
namespace {

constexpr std::string_view kAccepted = "expected something like http://connect:8083";

Error Wrong(std::string_view text, std::string_view what) {
  // Whatever stands before an '@' may be a password.
  const size_t at = text.rfind('@');
  const std::string shown =
      at == std::string_view::npos ? Printable(text, 200) : "..." + Printable(text.substr(at), 200);
  return {Reason::kInvalid, "\"" + shown + "\" is no URL that can be used: " + std::string(what) +
                                "; " + std::string(kAccepted)};
}

bool IsHostCharacter(char c) {
  const bool letter_or_digit =
      (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return letter_or_digit || c == '-' || c == '.' || c == '_' || c == ':';
}

bool IsVisible(char c) {
  return c > ' ' && c < 0x7f;
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

uint16_t DefaultPort(std::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

bool ReadAuthority(std::string_view authority, Url& url) {
  Result<HostPort> address = ParseHostPort(authority, DefaultPort(url.scheme));
  if (!address || address->port == 0) return false;
  url.host = LowerCase(address->host);
  url.port = address->port;
  return !url.host.empty() && std::all_of(url.host.begin(), url.host.end(), IsHostCharacter);
}

}  // namespace

std::string Url::Origin() const {
  return scheme + "://" + ToString(HostPort{host, port});
}

std::string Url::Authority() const {
  const bool usual = port == DefaultPort(scheme);
  const std::string bracketed = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return usual ? bracketed : ToString(HostPort{host, port});
}

std::string Url::Target() const {
  return query.empty() ? path : path + "?" + query;
}

std::string Url::ForPeople() const {
  return Origin() + path;
}

Result<Url> ParseUrl(std::string_view text) {
  if (!std::all_of(text.begin(), text.end(), IsVisible)) {
    return Wrong(text, "it has spaces or characters that need percent-encoding");
  }
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos) return Wrong(text, "it does not start with http://");
  Url url;
  url.scheme = LowerCase(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") {
    return Wrong(text, "it starts with neither http:// nor https://");
  }
  std::string_view rest = text.substr(colon + 3);
  rest = rest.substr(0, rest.find('#'));
  const size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return Wrong(text, "user names and passwords do not belong into a URL");
  }
  if (!ReadAuthority(authority, url)) return Wrong(text, "its host or port cannot be read");
  rest.remove_prefix(authority_end);
  const size_t question = std::min(rest.find('?'), rest.size());
  url.path = question == 0 ? "/" : std::string(rest.substr(0, question));
  url.query = question == rest.size() ? "" : std::string(rest.substr(question + 1));
  return url;
}

std::string PercentEncode(std::string_view text) {
  constexpr std::array<char, 17> kDigits{"0123456789ABCDEF"};
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits.at(byte >> 4U);
    out += kDigits.at(byte & 15U);
  }
  return out;
}

bool PercentDecode(std::string_view text, std::string& out) {
  out.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return false;
    const int high = HexDigit(text[i + 1]);
    const int low = HexDigit(text[i + 2]);
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return true;
}

}  // namespace klaxon::http
