#pragma once

#include <string>
#include <vector>

#include "agent/config/document.h"

namespace klaxon::testing {

/// Reads a section of the configuration, as `read` does, into `config`; tells the mistakes in it.
template <class Config>
std::vector<config::Mistake> ReadSection(const std::string& text, Config (*read)(config::YamlMap&),
                                         Config& config) {
  config::Document document = config::Document::Parse(text, "klaxon.yaml");
  {
    config::YamlMap root = document.Root();
    config = read(root);
  }
  return document.mistakes();
}

}  // namespace klaxon::testing
