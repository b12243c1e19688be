#include "base/file_error.hpp"

#include <cerrno>
#include <cstring>  // std::strerror
#include <string>

namespace agsweep {

namespace fs = std::filesystem;

void throw_file_error(const fs::path& path, std::string_view action, int why) {
  const std::string message = fmt::format("{}: cannot {}: {}", path.string(), action, std::strerror(why));
  if (why == ENOSPC || why == EDQUOT || why == EROFS) throw DiskFull("{}", message);
  throw RunTimeError("{}", message);
}

bool make_folders(const fs::path& path) {
  std::error_code failure;
  const bool made = fs::create_directories(path, failure);
  if (failure) throw_file_error(path, "make the folder", failure.value());
  return made;
}

}  // namespace agsweep
