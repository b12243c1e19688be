#include "orchestrator/terminal/terminal_width.hpp"

#include <sys/ioctl.h>

#include <algorithm>  // std::max

namespace agsweep {

std::size_t terminal_width(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return std::max<std::size_t>(size.ws_col, 40);
}

}  // namespace agsweep
