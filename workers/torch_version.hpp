#pragma once

#include <string_view>

namespace agsweep {

/// Of the LibTorch that the program was built with: "2.11.0".
std::string_view libtorch_version();

}  // namespace agsweep
