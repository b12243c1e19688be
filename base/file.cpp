#include "base/file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>  // std::strerror
#include <vector>

#include "base/error.hpp"
#include "base/file_error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

[[noreturn]] void fail(const char* action, const fs::path& path) { throw_file_error(path, action, errno); }

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

constexpr std::string_view temporary_suffix = ".agsweep.tmp";

/// Removes a temporary file unless it has been renamed into place.
class TemporaryFile {
 public:
  explicit TemporaryFile(fs::path path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

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
  const auto cannot_read = [&] { return DataError("{}: cannot read: {}", path.string(), std::strerror(errno)); };
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw cannot_read();
  std::string content;
  std::vector<char> buffer(std::size_t{1} << 16);  // larger ones are mapped and cleared anew for each file
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw cannot_read();
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

void write_all(int fd, std::span<const std::byte> bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void fsync_path(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) fail("open", path);
  if (::fsync(file.get()) != 0) fail("fsync", path);
}

void put_in_place(const fs::path& from, const fs::path& to) {
  fsync_path(from);
  if (::rename(from.c_str(), to.c_str()) != 0) fail("rename a temporary file to it", to);
  fsync_path(folder_of(to));
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

void write_file_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write,
                           const std::function<void(const fs::path&)>& verify) {
  const TemporaryFile temporary(folder_of(path) / fmt::format(".{}.{}{}", path.filename().string(), ::getpid(), temporary_suffix));
  write(temporary.path());
  if (verify) verify(temporary.path());
  put_in_place(temporary.path(), path);
}

void write_file_atomically(const fs::path& path, std::string_view content, const std::function<void(const fs::path&)>& verify) {
  const auto write = [&](const fs::path& temporary) {
    FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (file.get() < 0) fail("create", path);
    write_all(file.get(), std::as_bytes(std::span(content)), path);
    file.close(path);
  };
  write_file_atomically(path, write, verify);
}

}  // namespace agsweep
