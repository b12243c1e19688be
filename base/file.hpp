#pragma once

#include <cstddef>  // std::byte
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>  // std::exchange

namespace agsweep {

/// Owns a POSIX file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor();
  int get() const { return fd_; }
  /// Closes now and reports what close(2) says (a full disk may be reported only here). @throws RunTimeError
  void close(const std::filesystem::path& path);

 private:
  int fd_ = -1;
};

/// open(2) with O_CLOEXEC; a new file's mode is 0666 less the umask. @throws RunTimeError
FileDescriptor open_file(const std::filesystem::path& path, int flags);

/// The whole file as bytes. @throws DataError when it is missing or cannot be read
std::string read_file(const std::filesystem::path& path);

/// Writes all bytes, going on after short writes and EINTR. @throws RunTimeError (a full disk, for one)
void write_all(int fd, std::span<const std::byte> bytes, const std::filesystem::path& path);

/// Makes `path` appear whole or not at all: `write` fills a temporary file in the same folder, `verify` may read it back,
/// then put_in_place. On any error the temporary file is gone and an earlier `path` is untouched.
/// @param write   gets the temporary file's path; must create and close it
/// @param verify  gets the same path after write; throws when the content is not what was written
/// @throws RunTimeError, and whatever write and verify throw
void write_file_atomically(const std::filesystem::path& path, const std::function<void(const std::filesystem::path&)>& write,
                           const std::function<void(const std::filesystem::path&)>& verify = {});

/// The same for content at hand.
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           const std::function<void(const std::filesystem::path&)>& verify = {});

/// Removes what write_file_atomically left in a folder when its process was killed. Only where nobody else writes. @throws RunTimeError
void remove_temporary_files(const std::filesystem::path& folder);

/// Gives a whole file its name for good: fsync, rename, fsync of the folder. @throws RunTimeError
void put_in_place(const std::filesystem::path& from, const std::filesystem::path& to);

/// fsync of a file or folder by its path. @throws RunTimeError
void fsync_path(const std::filesystem::path& path);

}  // namespace agsweep
