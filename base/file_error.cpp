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

void throw_read_error(const fs::path& path, int why) {
  const std::string message = fmt::format("{}: cannot read: {}", path.string(), error_text(why));
  if (why == EMFILE || why == ENFILE || why == ENOMEM) throw RunTimeError("{}", message);
  throw DataError("{}", message);
}

FilesystemFailure described(const fs::filesystem_error& error) {
  const int why = error.code().value();
  const bool cannot_look = why == EACCES || why == ENAMETOOLONG || why == ENOENT || why == ENOTDIR || why == ELOOP;
  if (!cannot_look || error.path1().empty() || !error.path2().empty()) return {ExitCode::run_time_failure, error.what()};
  return {ExitCode::bad_data, fmt::format("{}: {}", error.path1().string(), error_text(why))};
}

}  // namespace agsweep
