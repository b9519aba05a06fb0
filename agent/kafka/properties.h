#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace klaxon::kafka {

/// One `key=value` of a properties file, its escapes undone. UTF-8.
struct Property {
  std::string key{};
  std::string value{};  ///< blanks at its end are part of it
  int line = 0;         ///< where the key stands, counted from 1

  friend bool operator==(const Property&, const Property&) = default;
};

/// A line that cannot be read. Never holds what stands there: it may be a password.
struct PropertiesMistake {
  int line = 0;
  std::string what{};
};

struct Properties {
  std::vector<Property> all{};  ///< each key once: of several the last, as in Java
  std::vector<PropertiesMistake> mistakes{};
};

/// Reads what java.util.Properties.load(InputStream) reads, as it reads it: comments after '#' and
/// '!', lines that go on after a '\', keys that end at '=', ':' or a blank, escapes, and bytes from
/// 0x80 on as ISO 8859-1 (a Java client sends a password in such a file that way, so do we).
Properties ParseProperties(std::string_view text);

}  // namespace klaxon::kafka
