#pragma once

#include <functional>
#include <string>

#include "agent/base/result.h"
#include "agent/http/message.h"
#include "agent/model/recovery_order.h"

/// What people may ask recovery for, under /api/klaxon/v1/recovery.
namespace klaxon::api {

/// Does it, or says why not; may wait.
using CarryOrder = std::function<Result<std::string>(const RecoveryOrder& order)>;

/// The body of a request for an order; `verb`, `who` and `address` are not part of it.
std::string OrderBody(const RecoveryOrder& order);

/// The body is a JSON object of texts: `why` (in the person's own words, at most 500 bytes; it is
/// written down), `connector` (not for all of a Connect cluster), `cluster` and `connect` (where
/// there is only one Connect cluster they may be left out). Anything else in it is refused. The
/// answer is one line of plain text: 200 what was done, 202 that it is or may be done and where to
/// look, 400 what is wrong with the order, 409 why it must not be done now, 503 that Klaxon ends.
http::Response TakeOrder(const http::Request& request, RecoveryVerb verb, const CarryOrder& carry);

}  // namespace klaxon::api
