#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace agsweep {

/// The disk has no room left, or none for this user, or takes no writes: whatever is tried next would fail as well.
struct DiskFull : RunTimeError {
  using RunTimeError::RunTimeError;
};

/// @param why  errno @throws DiskFull where it says so, else RunTimeError: "PATH: cannot ACTION: reason"
[[noreturn]] void throw_file_error(const std::filesystem::path& path, std::string_view action, int why);

/// "PATH: cannot read: reason". @throws RunTimeError where the system has run out of descriptors or memory, else DataError
[[noreturn]] void throw_read_error(const std::filesystem::path& path, int why);

struct FilesystemFailure {
  ExitCode code;
  std::string message;
};

/// What a user reads of the C++ library's own error: bad data where a path cannot be looked at, else a failure at run time.
FilesystemFailure described(const std::filesystem::filesystem_error& error);

}  // namespace agsweep
