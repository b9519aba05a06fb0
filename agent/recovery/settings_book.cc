#include "agent/recovery/settings_book.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/config/document.h"
#include "agent/recovery/policy_config.h"

namespace klaxon::recovery {
namespace {

constexpr std::string_view kPrefix = "klaxon.recovery";

/// A YAML scalar that holds exactly `text`: nothing in it is expanded.
std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char letter : text) {
    quoted += letter == '\'' ? "''" : letter == '$' ? "$$" : std::string(1, letter);
  }
  return quoted + "'";
}

std::string AsYaml(const OwnKeys& own) {
  std::string text;
  for (const auto& [key, value] : own) {
    const bool is_mode = key.size() <= kPrefix.size();
    text += fmt::format("{}: {}\n", Quoted(is_mode ? "mode" : key.substr(kPrefix.size() + 1)),
                        Quoted(value));
  }
  return text;
}

/// As somebody reads it who wrote no YAML: the key as it is in the connector, its value unquoted.
std::string InWords(const config::Mistake& mistake) {
  std::string what = mistake.what;
  for (size_t at = what.find("$$"); at != std::string::npos; at = what.find("$$", at + 1)) {
    what.erase(at, 1);
  }
  const bool is_mode = mistake.path == "mode";
  return fmt::format("{}{}{}: {}", kPrefix, is_mode ? "" : ".", is_mode ? "" : mistake.path, what);
}

/// One reader and one set of checks for the file and for connectors.
Chosen ReadOwn(const OwnKeys& own, const Settings& settings) {
  const auto has = [&](std::string_view key) {
    return std::ranges::any_of(own, [&](const auto& each) { return each.first == key; });
  };
  if (has(kPrefix) && has("klaxon.recovery.mode")) {
    return {.settings = settings,
            .mistake = "klaxon.recovery and klaxon.recovery.mode are the same: keep one"};
  }
  const config::Environment nothing = [](const std::string&) { return std::nullopt; };
  config::Document document = config::Document::Parse(AsYaml(own), "connector", nothing);
  Chosen chosen;
  {
    config::YamlMap yaml = document.Root();
    chosen.settings = ReadSettings(yaml, settings);
  }
  if (!document.ok()) {
    const std::vector<config::Mistake> mistakes = document.mistakes();
    chosen.settings = settings;
    chosen.mistake = InWords(mistakes[0]);
  }
  return chosen;
}

}  // namespace

SettingsBook::SettingsBook(const Policy& policy) : settings_(policy.settings) {
  for (const Override& differs : policy.overrides) {
    if (Result<Pattern> pattern = Pattern::Make(differs.match); pattern) {
      overrides_.emplace_back(*std::move(pattern), differs.settings);
    }
  }
}

const Settings& SettingsBook::Configured(std::string_view connector) const {
  for (const auto& [pattern, settings] : overrides_) {
    if (pattern.MatchesWhole(connector)) {
      return settings;
    }
  }
  return settings_;
}

std::shared_ptr<const Chosen> SettingsBook::For(std::string_view connector, const OwnKeys& own) {
  auto found = entries_.find(connector);
  if (found == entries_.end()) {
    found = entries_.emplace(std::string(connector), Entry{}).first;
  }
  Entry& entry = found->second;
  entry.used = true;
  if (entry.chosen == nullptr || entry.own != own) {
    const Settings& settings = Configured(connector);
    entry.own = own;
    entry.chosen = std::make_shared<const Chosen>(own.empty() ? Chosen{.settings = settings}
                                                              : ReadOwn(own, settings));
  }
  return entry.chosen;
}

void SettingsBook::Sweep() {
  std::erase_if(entries_, [](const auto& entry) { return !entry.second.used; });
  for (auto& [connector, entry] : entries_) {
    entry.used = false;
  }
}

}  // namespace klaxon::recovery
