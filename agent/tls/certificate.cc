#include "agent/tls/certificate.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <ctime>

#include <openssl/x509v3.h>

#include "agent/base/text.h"
#include "agent/tls/describe.h"

namespace klaxon::tls {

namespace {

constexpr size_t kLongestName = 200;  // bytes; a certificate of a stranger may hold anything
constexpr size_t kMostNames = 100;

std::string Text(const X509_NAME* name) {
  const Owned<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0,
                     XN_FLAG_RFC2253 & ~static_cast<unsigned>(ASN1_STRFLGS_ESC_MSB));
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(out.get(), &bytes);
  return size <= 0 ? "" : Printable({bytes, static_cast<size_t>(size)}, kLongestName);
}

WallTime Time(const ASN1_TIME* time) {
  std::tm fields{};
  if (ASN1_TIME_to_tm(time, &fields) != 1) {
    return {};
  }
  // "Never" is written as the end of the year 9999 (RFC 5280 4.1.2.5); the clock ends in 2262.
  constexpr std::time_t kLatest = 9'000'000'000;
  return std::chrono::system_clock::from_time_t(std::clamp(timegm(&fields), -kLatest, kLatest));
}

std::string_view Bytes(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<size_t>(ASN1_STRING_length(text))};
}

/// Empty: no address.
std::string Address(const GENERAL_NAME& name) {
  const std::string_view bytes = Bytes(name.d.iPAddress);
  const int family = bytes.size() == sizeof(in6_addr) ? AF_INET6 : AF_INET;
  std::array<char, INET6_ADDRSTRLEN> text{};
  const bool known = bytes.size() == sizeof(in6_addr) || bytes.size() == sizeof(in_addr);
  if (!known || inet_ntop(family, bytes.data(), text.data(), text.size()) == nullptr) {
    return "";
  }
  return text.data();
}

/// Empty: of a kind that is not shown.
std::string NameOf(const GENERAL_NAME& name) {
  switch (name.type) {
    case GEN_DNS:
      return Printable(Bytes(name.d.dNSName), kLongestName);
    case GEN_EMAIL:
      return Printable(Bytes(name.d.rfc822Name), kLongestName);
    case GEN_URI:
      return Printable(Bytes(name.d.uniformResourceIdentifier), kLongestName);
    case GEN_IPADD:
      return Address(name);
    default:
      return "";
  }
}

/// The common name, which counts when there are no alternative names (RFC 6125 6.4.4).
std::vector<std::string> CommonName(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (place < 0) {
    return {};
  }
  return {Printable(Bytes(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place))),
                    kLongestName)};
}

/// Sets `names` and `alternative_names`.
void ReadNames(X509* from, Certificate& certificate) {
  const Owned<GENERAL_NAMES> found(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(from, NID_subject_alt_name, nullptr, nullptr)));
  const int count = found ? sk_GENERAL_NAME_num(found.get()) : 0;
  for (int i = 0; i < count && certificate.alternative_names.size() < kMostNames; ++i) {
    const GENERAL_NAME& each = *sk_GENERAL_NAME_value(found.get(), i);
    const std::string name = NameOf(each);
    if (name.empty()) {
      continue;
    }
    certificate.alternative_names.push_back(name);
    if (each.type == GEN_DNS || each.type == GEN_IPADD) {
      certificate.names.push_back(name);
    }
  }
  if (certificate.names.empty()) {
    certificate.names = CommonName(from);
  }
}

}  // namespace

Certificate Describe(X509* certificate) {
  Certificate described{.subject = Text(X509_get_subject_name(certificate)),
                        .issuer = Text(X509_get_issuer_name(certificate)),
                        .not_before = Time(X509_get0_notBefore(certificate)),
                        .not_after = Time(X509_get0_notAfter(certificate))};
  ReadNames(certificate, described);
  return described;
}

}  // namespace klaxon::tls
