#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>  // std::fflush
#include <vector>

#include "base/error.hpp"
#include "base/file_error.hpp"
#include "base/system.hpp"  // error_text

namespace agsweep {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* action, const fs::path& path) { throw_file_error(path, action, errno); }

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

constexpr std::string_view temporary_suffix = ".agsweep.tmp";

/// The file that a write to `path` is to reach: through symbolic links, also through one whose target is still to be made.
fs::path link_target(fs::path path) {
  std::error_code not_there;
  for (int links = 0; links < 40 && fs::is_symlink(fs::symlink_status(path, not_there)); ++links) {
    const fs::path target = fs::read_symlink(path, not_there);
    if (not_there) break;
    path = target.is_absolute() ? target : folder_of(path) / target;
  }
  return path;
}

/// A new file of a short, hidden name in the folder of `target`; removed unless it has been renamed.
class TemporaryFile {
 public:
  /// @param path  as the user named the target, for errors
  TemporaryFile(const fs::path& target, const fs::path& path) {
    constexpr std::size_t longest = 200;  // bytes; with what is added, below the 255 that file systems allow
    const std::string name = target.filename().string().substr(0, longest);
    for (int other = 0; file_.get() < 0; ++other) {
      path_ =
          folder_of(target) / fmt::format(".{}.{}{}{}", name, ::getpid(), other == 0 ? "" : fmt::format(".{}", other), temporary_suffix);
      // Whatever stands under that name, a link to another file for one, is not ours.
      file_ = FileDescriptor(::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666));
      if (file_.get() < 0 && errno != EEXIST) {
        const int why = errno;
        path_.clear();
        throw_file_error(path, "create", why);
      }
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  const fs::path& path() const { return path_; }
  FileDescriptor& file() { return file_; }

 private:
  fs::path path_;
  FileDescriptor file_;
};

/// --out /dev/stdout, for one.
bool is_standard_output(const struct stat& status) {
  struct stat out {};
  return ::fstat(STDOUT_FILENO, &out) == 0 && out.st_dev == status.st_dev && out.st_ino == status.st_ino;
}

/// What is to be written into rather than replaced.
bool is_stream(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || S_ISDIR(status.st_mode)) return false;
  return !S_ISREG(status.st_mode) || is_standard_output(status);
}

void write_stream(const fs::path& path, std::string_view content) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && is_standard_output(status)) {  // by its own offset, or what is printed next overwrites it
    std::fflush(stdout);
    return write_all(STDOUT_FILENO, std::as_bytes(std::span(content)), path);
  }
  FileDescriptor file = open_file(path, O_WRONLY | O_APPEND);
  write_all(file.get(), std::as_bytes(std::span(content)), path);
  file.close(path);
}

}  // namespace

FileDescriptor::~FileDescriptor() {
  if (fd_ >= 0) ::close(fd_);
}

void FileDescriptor::close(const fs::path& path) {
  if (::close(std::exchange(fd_, -1)) != 0) fail("close", path);
}

FileDescriptor open_file(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (fd < 0) fail("open", path);
  return FileDescriptor(fd);
}

std::string read_file(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw_read_error(path, errno);
  std::string content;
  std::vector<char> buffer(std::size_t{1} << 16);  // larger ones are mapped and cleared anew for each file
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_read_error(path, errno);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

namespace {

/// @param write  of what is left, as write(2)
template <typename Write>
void write_whole(std::span<const std::byte> bytes, const fs::path& path, Write write) {
  while (!bytes.empty()) {
    const ssize_t written = write(bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    if (written == 0) throw RunTimeError("{}: cannot write: the file takes no more bytes", path.string());
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace

void write_all(int fd, std::span<const std::byte> bytes, const fs::path& path) {
  write_whole(bytes, path, [fd](std::span<const std::byte> rest) { return ::write(fd, rest.data(), rest.size()); });
}

void write_all_at(int fd, std::span<const std::byte> bytes, std::int64_t offset, const fs::path& path) {
  const std::byte* const begin = bytes.data();
  write_whole(bytes, path,
              [&](std::span<const std::byte> rest) { return ::pwrite(fd, rest.data(), rest.size(), offset + (rest.data() - begin)); });
}

namespace {

/// fsync(2), which a signal may interrupt on a network file system.
int uninterrupted_fsync(int fd) {
  int result = 0;
  while ((result = ::fsync(fd)) != 0 && errno == EINTR) continue;
  return result;
}

}  // namespace

void sync_file(int fd, const fs::path& path) {
  if (uninterrupted_fsync(fd) != 0 && errno != EINVAL) fail("fsync", path);  // EINVAL: no file, but a device or pipe
}

bool fsync_folder(const fs::path& folder) {
  const FileDescriptor file = open_file(folder, O_RDONLY | O_DIRECTORY);
  if (uninterrupted_fsync(file.get()) == 0) return true;
  // CIFS before Linux 4.17, VirtualBox's shares and some of FUSE's.
  if (errno == EINVAL || errno == ENOTSUP || errno == ENOSYS) return false;
  fail("fsync", folder);
}

bool make_folder(const fs::path& folder) {
  std::error_code failure;
  std::vector<fs::path> missing;  // the innermost first
  for (fs::path path = fs::absolute(folder / "").parent_path(); !fs::exists(path, failure); path = path.parent_path())
    missing.push_back(path);
  fs::create_directories(folder, failure);
  if (failure) throw_file_error(folder, "make this folder", failure.value());
  for (const fs::path& path : missing) fsync_folder(path.parent_path());
  return !missing.empty();
}

void put_in_place(const fs::path& from, const fs::path& to) {
  const FileDescriptor file = open_file(from, O_RDONLY);
  sync_file(file.get(), from);
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename a temporary file to it", to);
  fsync_folder(folder_of(to));
}

fs::path replaced_file(const fs::path& path) {
  if (is_stream(path)) throw RunTimeError("{}: cannot be replaced: it is no regular file", path.string());
  return link_target(path);
}

void remove_temporary_files(const fs::path& folder) try {
  std::vector<fs::path> temporary;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with('.') && name.ends_with(temporary_suffix)) temporary.push_back(entry.path());
  }
  for (const fs::path& path : temporary) fs::remove(path);
} catch (const fs::filesystem_error& error) {
  throw RunTimeError("{}", error.what());
}

void write_file_atomically(const fs::path& path, const std::function<void(int)>& write,
                           const std::function<void(const fs::path&)>& verify) {
  const fs::path target = replaced_file(path);
  TemporaryFile temporary(target, path);
  write(temporary.file().get());
  temporary.file().close(path);
  if (verify) verify(temporary.path());
  put_in_place(temporary.path(), target);
}

void write_file_atomically(const fs::path& path, std::string_view content, const std::function<void(const fs::path&)>& verify) {
  if (is_stream(path)) return write_stream(path, content);
  write_file_atomically(
      path, [&](int fd) { write_all(fd, std::as_bytes(std::span(content)), path); }, verify);
}

}  // namespace agsweep
