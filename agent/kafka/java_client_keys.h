#pragma once

#include <span>
#include <string_view>

namespace klaxon::kafka {

/// Keys of Kafka's Java clients (consumer, producer, admin; version 4.3) that Klaxon has no use
/// for: they stand in shared files.
std::span<const std::string_view> JavaClientKeys();

/// Whether a key is one of them, or of a family with names of the user's choice.
bool IsJavaClientKey(std::string_view key);

}  // namespace klaxon::kafka
