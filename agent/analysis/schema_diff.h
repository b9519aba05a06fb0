#pragma once

#include <string>
#include <string_view>

namespace klaxon::analysis {

/// What differs between two texts of a schema, as lines that begin with "+ " or "- ": at most 12 of
/// at most 120 bytes, the last one saying how many more there are. Text is laid out a member a line
/// first, so that a new field of an Avro or JSON schema is one line. Empty: only the layout
/// differs. Pure; linear in the texts.
std::string SchemaDiff(std::string_view before, std::string_view after);

}  // namespace klaxon::analysis
