#pragma once

#include "agent/base/descriptor.h"
#include "agent/base/result.h"
#include "agent/base/text.h"
#include "agent/http/patience.h"

namespace klaxon::http {

/// A non-blocking connection to the first address of the host that takes one. Errors, without the
/// address in front: kUnreachable (no such name, refused, no route, none in time), kCancelled.
Result<Descriptor> Dial(const HostPort& address, Patience& patience);

}  // namespace klaxon::http
