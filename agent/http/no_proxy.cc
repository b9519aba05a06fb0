#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "agent/http/field.h"
#include "agent/http/proxy.h"

namespace klaxon::http {
namespace {

/// A network, or one address with all its bits.
struct Network {
  bool v6 = false;
  std::array<unsigned char, 16> bytes{};
  unsigned bits = 0;

  unsigned width() const { return v6 ? 128 : 32; }
};

std::optional<Network> ReadAddress(std::string_view text) {
  Network network;
  const std::string name(text);
  network.v6 = text.find(':') != std::string_view::npos;
  network.bits = network.width();
  const int read = ::inet_pton(network.v6 ? AF_INET6 : AF_INET, name.c_str(), network.bytes.data());
  return read == 1 ? std::optional(network) : std::nullopt;
}

std::optional<Network> ReadNetwork(std::string_view text) {
  const size_t slash = text.find('/');
  std::optional<Network> network = ReadAddress(text.substr(0, slash));
  if (!network || slash == std::string_view::npos) return network;
  const std::string_view digits = text.substr(slash + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), network->bits);
  const bool good = error == std::errc() && end == digits.data() + digits.size() &&
                    network->bits <= network->width();
  return good ? network : std::nullopt;
}

bool Covers(const Network& network, const Network& address) {
  if (network.v6 != address.v6) return false;
  for (unsigned bit = 0; bit < network.bits; ++bit) {
    const unsigned mask = 0x80U >> (bit % 8U);
    if (((network.bytes.at(bit / 8U) ^ address.bytes.at(bit / 8U)) & mask) != 0) return false;
  }
  return true;
}

bool IsThisMachine(std::string_view host) {
  const std::optional<Network> address = ReadAddress(host);
  if (!address) return EqualWithoutCase(host, "localhost");
  constexpr Network kLoopback{.bytes = {127}, .bits = 8};
  return Covers(kLoopback, *address) || host == "::1";
}

/// An entry without its port.
struct Entry {
  std::string_view name{};
  std::optional<uint16_t> port{};
};

std::optional<Entry> ReadEntry(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos &&
                        (bracketed ? colon > text.find(']') : text.find(':') == colon);
  Entry entry{.name = has_port ? text.substr(0, colon) : text};
  if (has_port) {
    uint16_t port = 0;
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port == 0) {
      return std::nullopt;
    }
    entry.port = port;
  }
  if (bracketed) {
    if (!entry.name.ends_with(']')) return std::nullopt;
    entry.name = entry.name.substr(1, entry.name.size() - 2);
  }
  return entry;
}

bool Names(std::string_view name, std::string_view host) {
  if (name == "*") return true;
  const std::optional<Network> address = ReadAddress(host);
  if (address) {
    const std::optional<Network> network = ReadNetwork(name);
    return network && Covers(*network, *address);
  }
  if (name.starts_with('*')) name.remove_prefix(1);
  if (name.starts_with('.')) name.remove_prefix(1);
  if (name.size() > host.size()) return false;
  const std::string_view tail = host.substr(host.size() - name.size());
  const bool whole = tail.size() == host.size() || host[host.size() - name.size() - 1] == '.';
  return whole && EqualWithoutCase(tail, name);
}

}  // namespace

bool Excepts(const Proxy& proxy, std::string_view host, uint16_t port) {
  if (IsThisMachine(host)) return true;
  return std::any_of(proxy.except.begin(), proxy.except.end(), [&](const std::string& text) {
    const std::optional<Entry> entry = ReadEntry(text);
    return entry && entry->port.value_or(port) == port && Names(entry->name, host);
  });
}

Result<void> CheckException(std::string_view text) {
  const std::optional<Entry> entry = ReadEntry(text);
  const bool network = entry && entry->name.find('/') != std::string_view::npos;
  if (!entry || entry->name.empty() || (network && !ReadNetwork(entry->name))) {
    return Error(Reason::kInvalid, "\"" + Printable(text, 100) +
                                       "\" is no host, domain, address or network such as "
                                       "10.0.0.0/8");
  }
  return {};
}

}  // namespace klaxon::http
