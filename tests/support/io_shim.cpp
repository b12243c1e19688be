// A library to preload (LD_PRELOAD) into agsweep, for tests: it counts the calls that read or change files under a folder, fails one of
// them, and records them. It also plays file systems that lack something, and a system that gives no more threads.
//
//   IO_SHIM_UNDER=FOLDER       the calls that count: those on paths below it. With mpirun, IO_SHIM_RANK=R: only of this rank
//   IO_SHIM_FAIL=N:WHAT        the Nth of them fails: with an errno (EIO, ENOSPC, EINTR, EDQUOT), or SHORT: half of a write or read is done
//   IO_SHIM_COUNT=FILE         a line a call: its number, name and path
//   IO_SHIM_RECORD=FILE        each change, with its bytes, in the order in which the kernel had them (docs: tests/support/io_record.py)
//   IO_SHIM_WITHOUT=folder-fsync,links    such a file system: EINVAL, EPERM
//   IO_SHIM_THREADS=N          the Nth thread is refused
//
// The calls are libc's own names, so everything here is extern "C", and nothing may throw or allocate before main.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

constexpr int half = -1;  // SHORT, among errnos

const char* under = nullptr;
std::size_t under_length = 0;
long fail_at = 0;
int failure = 0;
int count_fd = -1, record_fd = -1;
bool no_folder_fsync = false, no_links = false;
long refused_thread = 0;
std::atomic<long> calls{0}, threads{0};
pthread_mutex_t recording = PTHREAD_MUTEX_INITIALIZER;

/// libc's function of this name.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

int open_log(const char* variable) {
  const char* const path = std::getenv(variable);
  if (path == nullptr) return -1;
  const long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  const int high = fcntl(static_cast<int>(fd), F_DUPFD_CLOEXEC, 900);  // out of the way of what the program counts
  syscall(SYS_close, fd);
  return high;
}

int error_named(const char* name) {
  struct {
    const char* name;
    int number;
  } const errors[] = {{"EIO", EIO}, {"ENOSPC", ENOSPC}, {"EINTR", EINTR}, {"EDQUOT", EDQUOT}, {"SHORT", half}};
  for (const auto& error : errors) {
    if (std::strcmp(error.name, name) == 0) return error.number;
  }
  return EIO;
}

__attribute__((constructor)) void read_settings() {
  if (std::strncmp(program_invocation_short_name, "agsweep", 7) != 0) return;  // mpirun has it too
  const char* const rank = std::getenv("IO_SHIM_RANK");
  const char* const mine = std::getenv("OMPI_COMM_WORLD_RANK");
  if (rank != nullptr && (mine == nullptr || std::strcmp(rank, mine) != 0)) return;
  under = std::getenv("IO_SHIM_UNDER");
  if (under != nullptr) under_length = std::strlen(under);
  if (const char* const fail = std::getenv("IO_SHIM_FAIL")) {
    fail_at = std::atol(fail);
    failure = error_named(std::strchr(fail, ':') + 1);
  }
  const char* const without = std::getenv("IO_SHIM_WITHOUT");
  no_folder_fsync = without != nullptr && std::strstr(without, "folder-fsync") != nullptr;
  no_links = without != nullptr && std::strstr(without, "links") != nullptr;
  if (const char* const thread = std::getenv("IO_SHIM_THREADS")) refused_thread = std::atol(thread);
  count_fd = open_log("IO_SHIM_COUNT");
  record_fd = open_log("IO_SHIM_RECORD");
}

/// The absolute path, in `out` of PATH_MAX; null for one that does not count.
const char* counted(const char* path, char* out) {
  if (under == nullptr || path == nullptr) return nullptr;
  if (path[0] == '/') {
    std::snprintf(out, PATH_MAX, "%s", path);
  } else {
    if (getcwd(out, PATH_MAX) == nullptr) return nullptr;
    const std::size_t length = std::strlen(out);
    std::snprintf(out + length, PATH_MAX - length, "/%s", path);
  }
  return std::strncmp(out, under, under_length) == 0 ? out : nullptr;
}

const char* counted(int fd, char* out) {
  if (under == nullptr) return nullptr;
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, out, PATH_MAX - 1);
  if (length <= 0) return nullptr;
  out[length] = '\0';
  if (char* const gone = std::strstr(out, " (deleted)")) *gone = '\0';
  return std::strncmp(out, under, under_length) == 0 ? out : nullptr;
}

/// Counts a call. @return 0, an errno to fail with, or `half`
int verdict(const char* call, const char* path) {
  const long number = ++calls;
  const bool fails = number == fail_at;
  if (count_fd >= 0) {
    char line[PATH_MAX + 64];
    const int length = std::snprintf(line, sizeof line, "%ld %s %s%s\n", number, call, path, fails ? " FAILED" : "");
    syscall(SYS_write, count_fd, line, length);
  }
  return fails ? failure : 0;
}

/// A change that the kernel has had: a line "call path other offset length", and so many bytes.
void record(const char* call, const char* path, const char* other, long long offset, const void* bytes, std::size_t length) {
  if (record_fd < 0) return;
  char line[2 * PATH_MAX + 96];
  const int size = std::snprintf(line, sizeof line, "%s\t%s\t%s\t%lld\t%zu\n", call, path, other, offset, length);
  syscall(SYS_write, record_fd, line, size);
  const char* at = static_cast<const char*>(bytes);
  while (length > 0) {
    const long written = syscall(SYS_write, record_fd, at, length);
    if (written <= 0) std::abort();
    at += written;
    length -= static_cast<std::size_t>(written);
  }
}

class Turn {  // a call and its record are one step, whatever other threads do
 public:
  Turn() { pthread_mutex_lock(&recording); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    const int saved = errno;
    pthread_mutex_unlock(&recording);
    errno = saved;
  }
};

/// A call that changes names or sizes, with nothing to write.
template <typename Call>
int change(const char* name, const char* path, const char* other, long long number, Call call) {
  if (const int error = verdict(name, path); error > 0) {
    errno = error;
    return -1;
  }
  const Turn turn;
  const int result = call();
  if (result >= 0) record(name, path, other, number, nullptr, 0);
  return result;
}

template <typename Call>
ssize_t transfer(const char* name, int fd, const void* bytes, std::size_t length, long long offset, Call call) {
  char path[PATH_MAX];
  if (counted(fd, path) == nullptr) return call(length);
  const int error = verdict(name, path);
  if (error > 0) {
    errno = error;
    return -1;
  }
  const bool writes = std::strstr(name, "write") != nullptr;
  const Turn turn;
  const long long at = offset >= 0 || !writes                 ? offset
                       : (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? static_cast<long long>(lseek(fd, 0, SEEK_END))
                                                              : static_cast<long long>(lseek(fd, 0, SEEK_CUR));
  const ssize_t done = call(error == half && length > 1 ? length / 2 : length);
  if (done > 0 && writes) record("write", path, "", at, bytes, static_cast<std::size_t>(done));
  return done;
}

template <typename Call>
int opened(const char* path, int flags, Call call) {
  char absolute[PATH_MAX];
  if (counted(path, absolute) == nullptr) return call();
  const int error = verdict("open", absolute);
  if (error > 0) {
    errno = error;
    return -1;
  }
  const Turn turn;
  struct stat status {};
  const bool is_new = (flags & O_CREAT) != 0 && lstat(path, &status) != 0;
  const int fd = call();
  if (fd >= 0 && is_new) record("create", absolute, "", 0, nullptr, 0);
  if (fd >= 0 && !is_new && (flags & O_TRUNC) != 0) record("truncate", absolute, "", 0, nullptr, 0);
  return fd;
}

mode_t mode_of(int flags, va_list arguments) { return (flags & O_CREAT) != 0 ? va_arg(arguments, mode_t) : 0; }

int synced(const char* name, int fd) {
  char path[PATH_MAX];
  struct stat status {};
  const bool folder = fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
  if (folder && no_folder_fsync) {
    errno = EINVAL;
    return -1;
  }
  const auto real = [&] { return next<int(int)>(name)(fd); };
  return counted(fd, path) == nullptr ? real() : change("fsync", path, "", 0, real);
}

}  // namespace

extern "C" {

// NOLINTBEGIN: libc's names and signatures
int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(path, flags, [&] { return next<int(const char*, int, ...)>("open")(path, flags, mode); });
}
int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = mode_of(flags, arguments);
  va_end(arguments);
  return opened(path, flags, [&] { return next<int(const char*, int, ...)>("open64")(path, flags, mode); });
}
FILE* fopen64(const char* path, const char* mode) {
  char absolute[PATH_MAX];
  if (counted(path, absolute) != nullptr) {
    if (const int error = verdict("open", absolute); error > 0) {
      errno = error;
      return nullptr;
    }
  }
  return next<FILE*(const char*, const char*)>("fopen64")(path, mode);
}
ssize_t write(int fd, const void* bytes, size_t length) {
  return transfer("write", fd, bytes, length, -1,
                  [&](size_t some) { return next<ssize_t(int, const void*, size_t)>("write")(fd, bytes, some); });
}
ssize_t pwrite(int fd, const void* bytes, size_t length, off_t offset) {
  return transfer("pwrite", fd, bytes, length, offset,
                  [&](size_t some) { return next<ssize_t(int, const void*, size_t, off_t)>("pwrite")(fd, bytes, some, offset); });
}
ssize_t pwrite64(int fd, const void* bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }
ssize_t read(int fd, void* bytes, size_t length) {
  return transfer("read", fd, bytes, length, -1, [&](size_t some) { return next<ssize_t(int, void*, size_t)>("read")(fd, bytes, some); });
}
ssize_t pread(int fd, void* bytes, size_t length, off_t offset) {
  return transfer("pread", fd, bytes, length, offset,
                  [&](size_t some) { return next<ssize_t(int, void*, size_t, off_t)>("pread")(fd, bytes, some, offset); });
}
ssize_t pread64(int fd, void* bytes, size_t length, off64_t offset) { return pread(fd, bytes, length, offset); }
int fsync(int fd) { return synced("fsync", fd); }
int fdatasync(int fd) { return synced("fdatasync", fd); }
int ftruncate(int fd, off_t size) {
  char path[PATH_MAX];
  const auto real = [&] { return next<int(int, off_t)>("ftruncate")(fd, size); };
  return counted(fd, path) == nullptr ? real() : change("truncate", path, "", size, real);
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, size); }
int truncate(const char* path, off_t size) {
  char absolute[PATH_MAX];
  const auto real = [&] { return next<int(const char*, off_t)>("truncate")(path, size); };
  return counted(path, absolute) == nullptr ? real() : change("truncate", absolute, "", size, real);
}
int truncate64(const char* path, off64_t size) { return truncate(path, size); }
int rename(const char* from, const char* to) {
  char absolute[PATH_MAX], target[PATH_MAX];
  const auto real = [&] { return next<int(const char*, const char*)>("rename")(from, to); };
  if (counted(from, absolute) == nullptr || counted(to, target) == nullptr) return real();
  return change("rename", absolute, target, 0, real);
}
int link(const char* from, const char* to) {
  char absolute[PATH_MAX], target[PATH_MAX];
  if (no_links) {
    errno = EPERM;
    return -1;
  }
  const auto real = [&] { return next<int(const char*, const char*)>("link")(from, to); };
  if (counted(from, absolute) == nullptr || counted(to, target) == nullptr) return real();
  return change("link", absolute, target, 0, real);
}
int unlink(const char* path) {
  char absolute[PATH_MAX];
  const auto real = [&] { return next<int(const char*)>("unlink")(path); };
  return counted(path, absolute) == nullptr ? real() : change("unlink", absolute, "", 0, real);
}
int remove(const char* path) {
  char absolute[PATH_MAX];
  const auto real = [&] { return next<int(const char*)>("remove")(path); };
  return counted(path, absolute) == nullptr ? real() : change("unlink", absolute, "", 0, real);
}
int unlinkat(int folder, const char* path, int flags) {
  char absolute[PATH_MAX];
  const auto real = [&] { return next<int(int, const char*, int)>("unlinkat")(folder, path, flags); };
  if (path[0] == '/') return counted(path, absolute) == nullptr ? real() : change("unlink", absolute, "", 0, real);
  if (folder == AT_FDCWD || counted(folder, absolute) == nullptr) return real();
  const size_t length = std::strlen(absolute);
  std::snprintf(absolute + length, sizeof absolute - length, "/%s", path);
  return change("unlink", absolute, "", 0, real);
}
int mkdir(const char* path, mode_t mode) {
  char absolute[PATH_MAX];
  const auto real = [&] { return next<int(const char*, mode_t)>("mkdir")(path, mode); };
  return counted(path, absolute) == nullptr ? real() : change("mkdir", absolute, "", 0, real);
}
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  if (refused_thread > 0 && ++threads == refused_thread) return EAGAIN;
  return next<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create")(thread, attributes, start, argument);
}
// NOLINTEND
}
