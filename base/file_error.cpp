#include "base/file_error.hpp"

#include <cerrno>
#include <string>

#include "base/system.hpp"  // error_text

namespace agsweep {

namespace fs = std::filesystem;

void throw_file_error(const fs::path& path, std::string_view action, int why) {
  const std::string message = fmt::format("{}: cannot {}: {}", path.string(), action, error_text(why));
  if (why == ENOSPC || why == EDQUOT || why == EROFS) throw DiskFull("{}", message);
  throw RunTimeError("{}", message);
}

}  // namespace agsweep
