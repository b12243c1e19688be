#pragma once

#include <cstddef>  // std::size_t

namespace agsweep {

/// Columns of the terminal behind this file descriptor, at least 40; 80 where there is none.
std::size_t terminal_width(int descriptor);

}  // namespace agsweep
