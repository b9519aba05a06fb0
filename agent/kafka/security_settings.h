#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "agent/kafka/security.h"

namespace klaxon::kafka {

/// How a key's value is written in a configuration file.
enum class SettingKind {
  kText,
  kFile,    ///< a file's name
  kSecret,  ///< never shown; may come from a file of its own
};

struct SecurityKey {
  std::string_view name{};
  SettingKind kind = SettingKind::kText;
};

/// Every key of a secured connection. Names, values and meanings are librdkafka's
/// (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md), but for ours:
/// ssl.min.version (TLSv1.2 or TLSv1.3), ssl.ca.password (of a PKCS#12 file),
/// sasl.oauthbearer.token and .token_file, https.certificate.location and https.key.*; and Java's
/// sasl.oauthbearer.header.urlencode.
std::span<const SecurityKey> SecurityKeys();

/// A key that was given, with the place to name when something is wrong with it.
struct Setting {
  std::string key{};  ///< one of SecurityKeys(); others are left alone
  std::string value{};
  std::string written{};  ///< the key as the user wrote it
  int line = 0;           ///< 0: whoever reads the mistakes knows
};

struct SettingMistake {
  enum class Kind {
    kWrong,
    kWrongValue,  ///< the value itself is wrong, and is no secret: it may be shown
    kMissing,     ///< other keys are needed beside it
    kUnused,      ///< no effect beside the others: Klaxon's own file refuses that, Java does not
  };

  std::string written{};
  int line = 0;
  std::string what{};
  Kind kind = Kind::kWrong;
};

/// Whose names the user knows: what is missing is asked for by them.
enum class Dialect { kLibrdkafka, kJava };

struct SecurityReading {
  SecurityOptions options{};
  std::vector<SettingMistake> mistakes{};  ///< all at once; none holds a secret
};

/// Makes options of what was given; a key that is given twice counts the second time.
SecurityReading ReadSecurity(std::span<const Setting> settings, Dialect dialect);

}  // namespace klaxon::kafka
