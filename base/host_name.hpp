#pragma once

#include <string>

namespace agsweep {

/// This machine's name; "unknown" where it has none.
std::string host_name();

}  // namespace agsweep
