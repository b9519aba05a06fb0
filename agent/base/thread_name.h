#pragma once

#include <string>

namespace klaxon {

/// Names the calling thread, so that `top -H` and a debugger explain themselves.
/// Linux keeps 15 bytes; what is longer is cut.
void NameThisThread(std::string name);

}  // namespace klaxon
