#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "agent/base/result.h"
#include "agent/http/message.h"

namespace klaxon::http {

/// The bytes as a gzip file (RFC 1952), level 1: on metrics text three times as fast as level 6 for
/// a tenth more bytes. Error: kInternal, when there is no memory.
Result<std::string> Gzip(std::string_view bytes);

/// The contents of a gzip file of our own making, one or several members, about 16 KiB a call. Ends
/// early if the file is damaged.
BodySource InflateGzip(std::shared_ptr<const std::string> file);

}  // namespace klaxon::http
