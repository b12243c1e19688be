#pragma once

#include <cstddef>  // std::byte
#include <cstdint>
#include <filesystem>
#include <span>

#include "base/file.hpp"  // FileDescriptor

namespace agsweep {

/// What has come of a file so far: PATH.part beside it, or beside the file that PATH, a symbolic link, names. It outlives the process that
/// writes it, so that the next one goes on; only an empty one is removed with its owner.
class PartFile {
 public:
  /// Opens or creates it. @throws RunTimeError when it cannot be written, another process is writing it, or `target` cannot be replaced
  explicit PartFile(const std::filesystem::path& target);
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;
  ~PartFile();

  const std::filesystem::path& path() const { return path_; }
  std::int64_t size() const { return size_; }  // bytes
  /// @throws RunTimeError (a full disk, for one); what was written before stays
  void append(std::span<const std::byte> bytes);
  /// Takes back all but the first `size` bytes. @throws RunTimeError
  void shorten(std::int64_t size);
  /// Gives the whole file its name. Call last. @throws RunTimeError
  void finish() { put_in_place(path_, target_); }

 private:
  std::filesystem::path target_;
  std::filesystem::path path_;
  FileDescriptor file_;
  std::int64_t size_ = 0;
};

}  // namespace agsweep
