#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/seal.hpp"
#include "base/sha256.hpp"

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

/// A CSV file that grows, and the seal of what it holds.
class CsvFile {
 public:
  /// The part of an earlier file that a run which goes on keeps: the header and the rows up to `last`, counted in their first column. What
  /// follows the first row beyond `last`, or the first that is torn or no row, goes, and so does a file with another header.
  /// @return empty, too, for a missing file. @throws DataError
  static std::string kept_part(const std::filesystem::path& path, std::string_view header, std::int64_t last);

  /// Opens the file, cut back to its kept_part; a new one begins with the header. @throws RunTimeError
  CsvFile(const std::filesystem::path& path, std::string_view header, std::string_view kept);

  /// @param rows  whole lines. @throws RunTimeError
  void append(std::string_view rows);
  void sync() { file_.sync(); }
  PrefixSeal seal() const { return {.bytes = bytes_, .sha256 = digest_.hex_so_far()}; }

 private:
  AppendFile file_;
  std::uint64_t bytes_ = 0;
  Sha256 digest_;
};

}  // namespace agsweep
