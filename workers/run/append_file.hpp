#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace agsweep {

/// A file that grows by whole lines, or whole records of a binary file, each handed to the kernel as it is written.
class AppendFile {
 public:
  /// Opens for appending; makes the file when it is missing. @throws RunTimeError
  explicit AppendFile(std::filesystem::path path);

  /// @param text  whole lines, the last newline too, or whole records. @throws RunTimeError
  void append(std::string_view text);
  /// fsync of what was appended since the last one. @throws RunTimeError, also where the file is not at its path any more
  void sync();

 private:
  void require_in_place() const;

  std::filesystem::path path_;
  FileDescriptor file_;
  bool synced_ = false;
};

/// Opens a CSV file that begins with `header` and holds its earlier rows up to `last`, counted in their first column; what follows the
/// first row beyond `last`, or the first that is torn or no row, goes. A missing file, or one with another header, starts anew.
/// @throws RunTimeError
AppendFile open_csv(const std::filesystem::path& path, std::string_view header, std::int64_t last);

}  // namespace agsweep
