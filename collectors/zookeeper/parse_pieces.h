#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "agent/base/result.h"

/// What the parsers of this folder share; not for others.
namespace klaxon::zookeeper_collector {

inline constexpr double kOne = 1;
inline constexpr double kMilliseconds = 0.001;

/// A number by its name in an answer, where it goes, and what it is multiplied with.
template <class Struct>
struct Key {
  std::string_view name{};
  std::optional<double> Struct::* member = nullptr;
  double scale = kOne;
};

/// All of it is a number, finite and not below 0; else nothing.
std::optional<double> NumberIn(std::string_view text);

template <class Struct, size_t kCount>
void Take(const std::array<Key<Struct>, kCount>& keys, std::string_view name,
          std::optional<double> number, Struct& into) {
  for (const Key<Struct>& key : keys) {
    if (key.name == name && number) {
      into.*key.member = *number * key.scale;
    }
  }
}

/// What a server says instead of the answer to a word; nothing: it is an answer.
std::optional<Error> NoAnswer(std::string_view answer);

/// That it answers `word` with something else.
Error Odd(std::string_view word, std::string_view answer);

}  // namespace klaxon::zookeeper_collector
