#include "agent/kafka/store_type.h"

#include <algorithm>
#include <array>

#include "agent/base/text.h"

namespace klaxon::kafka {

std::string CheckStoreType(std::string_view type) {
  constexpr std::array<std::string_view, 3> kTypes{"PKCS12", "PEM", "JKS"};
  const std::string_view name = Trim(type);
  const bool known = name.empty() || std::find(kTypes.begin(), kTypes.end(), name) != kTypes.end();
  return known ? "" : "expected PKCS12 or PEM, found \"" + Printable(name, 40) + "\"";
}

bool IsJavaKeyStore(std::string_view first_bytes) {
  return first_bytes.starts_with("\xFE\xED\xFE\xED") || first_bytes.starts_with("\xCE\xCE\xCE\xCE");
}

std::string AdviceForJavaKeyStore(std::string_view file) {
  const std::string name = Printable(file, 200);
  return "is a Java key store (JKS), which cannot be read; make it PKCS#12: keytool "
         "-importkeystore "
         "-srckeystore " +
         name + " -destkeystore " + name + ".p12 -deststoretype PKCS12";
}

}  // namespace klaxon::kafka
