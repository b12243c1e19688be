#pragma once

#include <string>

namespace agsweep {

/// The page's CSS: light and dark as the reader's system has it, one column on a phone, light on paper. It loads nothing.
std::string page_style();

}  // namespace agsweep
