#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "agent/base/text.h"
#include "alerts/notify/notifier.h"

/// Pieces of the documents. For .cc files of this folder only: it brings nlohmann in. Pure.
namespace klaxon::alert_api {

/// What was posted of it.
nlohmann::json JsonOf(const notify::Silence& silence);

/// gettableSilence: with id, state and time of the last change.
nlohmann::json ShownSilence(const notify::Silence& silence, WallTime now);

/// gettableAlert; `evaluated`: when it was known last.
nlohmann::json ShownAlert(const notify::HeldAlert& held, WallTime evaluated);

inline std::string Dump(const nlohmann::json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace klaxon::alert_api
