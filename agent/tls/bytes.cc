#include "agent/tls/bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include <fmt/format.h>

#include "agent/base/descriptor.h"

namespace klaxon::tls {

namespace {

/// All authorities of the world are about 220 kB as PEM.
constexpr size_t kLargestFile = size_t{4} << 20U;

Error SystemError(const std::string& file) {
  return {Reason::kInvalid, file + ": " + std::generic_category().message(errno)};
}

Result<std::string> ReadAll(const std::string& name) {
  // Without O_NONBLOCK the opening of a pipe would wait for its writer.
  const Descriptor file(open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat about{};
  if (!file || fstat(file.get(), &about) != 0) {
    return SystemError(name);
  }
  if (!S_ISREG(about.st_mode)) {
    return Error(Reason::kInvalid, name + ": not a regular file");
  }
  std::string bytes;
  std::string part(size_t{64} << 10U, '\0');
  while (true) {
    const ssize_t count = read(file.get(), part.data(), part.size());
    if (count < 0) {
      return SystemError(name);
    }
    if (count == 0) {
      return bytes;
    }
    bytes.append(part, 0, static_cast<size_t>(count));
    if (bytes.size() > kLargestFile) {
      return Error(Reason::kInvalid, fmt::format("{}: more than {} bytes", name, kLargestFile));
    }
  }
}

}  // namespace

Format FormatOf(std::string_view bytes) {
  // Magic numbers: sun.security.provider.JavaKeyStore (JKS) and
  // com.sun.crypto.provider.JceKeyStore.
  if (bytes.starts_with("\xFE\xED\xFE\xED") || bytes.starts_with("\xCE\xCE\xCE\xCE")) {
    return Format::kJavaKeyStore;
  }
  if (bytes.find("-----BEGIN ") != std::string_view::npos) {
    return Format::kPem;
  }
  constexpr char kSequence = 0x30;  // how every DER structure that we know begins
  return bytes.starts_with(kSequence) ? Format::kDer : Format::kUnknown;
}

std::string TitleOf(const Store& store) {
  return store.location.empty() ? "the PEM in the configuration" : store.location;
}

Result<std::string> BytesOf(const Store& store) {
  if (store.location.empty()) {
    return store.pem.Reveal();
  }
  return ReadAll(store.location);
}

Error JavaKeyStoreError(const Store& store) {
  return {
      Reason::kInvalid,
      fmt::format("{0} is a Java key store (JKS), which is not read here; convert it: keytool "
                  "-importkeystore -srckeystore {0} -destkeystore {0}.p12 -deststoretype PKCS12",
                  TitleOf(store))};
}

}  // namespace klaxon::tls
