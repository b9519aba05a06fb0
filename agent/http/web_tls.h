#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/config/yaml_map.h"
#include "agent/http/web_config.h"

namespace klaxon::http {

/// Reads `tls_server_config`. `http2`: what the file says of HTTP/2, which exporters allow only
/// with certain ciphers. Remarks are appended.
WebTls ReadWebTls(config::YamlMap& yaml, std::string_view folder, bool http2,
                  std::vector<std::string>& remarks);

}  // namespace klaxon::http
