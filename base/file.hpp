#pragma once

#include <cstddef>  // std::byte
#include <cstdint>
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
/// The same at an offset of the file, in bytes, which stays where it is.
void write_all_at(int fd, std::span<const std::byte> bytes, std::int64_t offset, const std::filesystem::path& path);

/// fsync(2); nothing for a device or pipe, which has none. @throws RunTimeError
void sync_file(int fd, const std::filesystem::path& path);

/// Makes `path` appear whole or not at all: `write` fills a new temporary file in the same folder, `verify` may read it back, then
/// put_in_place. On any error the temporary file is gone and an earlier `path` is untouched. Where `path` is a symbolic link, the file that
/// it names is meant, and the link stays.
/// @param write   gets the temporary file's descriptor
/// @param verify  gets its path after write; throws when the content is not what was written
/// @throws RunTimeError, also for a `path` that is there and no regular file; whatever write and verify throw
void write_file_atomically(const std::filesystem::path& path, const std::function<void(int fd)>& write,
                           const std::function<void(const std::filesystem::path&)>& verify = {});

/// The same for content at hand. A device, a pipe, or what is this process's standard output gets it as it is, without `verify`.
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           const std::function<void(const std::filesystem::path&)>& verify = {});

/// Removes what write_file_atomically left in a folder when its process was killed. Only where nobody else writes. @throws RunTimeError
void remove_temporary_files(const std::filesystem::path& folder);

/// The file that a new one put at `path` replaces: what `path` names through symbolic links. It may be missing.
/// @throws RunTimeError for one that is no regular file, or this process's standard output
std::filesystem::path replaced_file(const std::filesystem::path& path);

/// Gives a whole file its name for good: fsync, rename, fsync_folder. @throws RunTimeError
void put_in_place(const std::filesystem::path& from, const std::filesystem::path& to);

/// Makes a folder, and those that it lies in, for good. @return whether it was made @throws RunTimeError
bool make_folder(const std::filesystem::path& folder);

/// fsync of a folder, after which what was made, renamed or removed in it stays so. Some file systems know no such call: there it does
/// nothing, and a power cut may take back the newest names.
/// @return false on such a file system (weak_folders_note)
/// @throws RunTimeError
bool fsync_folder(const std::filesystem::path& folder);
constexpr std::string_view weak_folders_note =
    "note: this file system cannot fsync folders: a power cut may take back the newest files, and --resume then goes on from earlier ones";

}  // namespace agsweep
