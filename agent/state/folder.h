#pragma once

#include <string>
#include <vector>

#include "agent/base/clock.h"
#include "agent/base/descriptor.h"
#include "agent/base/result.h"

/// The directory that state is kept in: one agent at a time, and nothing in it is ever deleted.
namespace klaxon::state {

/// Makes the directory if need be (mode 0700) and locks it for this process, until the descriptor
/// is closed or the process ends in whatever way. Error: kRefused, another process has it; its
/// number and what to do are in the message; kInvalid, it cannot be made or written.
Result<Descriptor> LockFolder(const std::string& folder);

/// Whether the lock that is held is still the one of the directory: another agent may have the
/// directory otherwise.
bool IsLocked(const std::string& folder, const Descriptor& lock);

/// Where the database of a state directory is.
std::string DatabaseIn(const std::string& folder);

/// Renames the database and its logs to "klaxon.db.damaged-20260131T120000Z...". Returns the new
/// name.
Result<std::string> SetAside(const std::string& folder, WallTime now);

/// Files that were set aside and are still there, by name. Recovery only observes until a person
/// has looked at them and moved or deleted them. Error: kInvalid, the directory cannot be listed.
Result<std::vector<std::string>> DamagedIn(const std::string& folder);

}  // namespace klaxon::state
