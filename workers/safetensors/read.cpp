#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>  // std::find_if
#include <array>
#include <bit>  // std::endian
#include <cerrno>
#include <cstring>  // std::memcpy
#include <new>      // std::align_val_t

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/system.hpp"  // error_text
#include "workers/safetensors/header.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

static_assert(std::endian::native == std::endian::little, "safetensors data are little endian and used as they stand");

namespace {

constexpr std::uint64_t header_cap = 100'000'000;
constexpr std::align_val_t alignment{64};

/// Opens a regular file. O_NONBLOCK: a pipe must be an error, not a wait for its writer.
FileDescriptor open_regular(const std::filesystem::path& path, std::uint64_t& bytes) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) throw DataError("cannot read: {}", error_text(errno));
  if (S_ISDIR(status.st_mode)) throw DataError("cannot read: it is a folder");
  if (!S_ISREG(status.st_mode)) throw DataError("cannot read: it is no regular file");
  bytes = static_cast<std::uint64_t>(status.st_size);
  return file;
}

void read_exactly(int fd, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t got = ::read(fd, into.data(), into.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw DataError("cannot read: {}", error_text(errno));
    if (got == 0) throw DataError("it became shorter while it was read");
    into = into.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

void SafetensorsFile::AlignedDelete::operator()(std::byte* data) const { ::operator delete[](data, alignment); }

SafetensorsFile SafetensorsFile::read(const std::filesystem::path& path) try {
  std::uint64_t file_bytes = 0;
  const FileDescriptor file = open_regular(path, file_bytes);
  std::uint64_t header_bytes = 0;
  if (file_bytes < sizeof header_bytes) throw DataError("{} bytes are too few for a safetensors file", file_bytes);
  read_exactly(file.get(), std::as_writable_bytes(std::span(&header_bytes, 1)));
  if (header_bytes > header_cap) throw DataError("a header of {} bytes is beyond the format's limit of {}", header_bytes, header_cap);
  if (header_bytes > file_bytes - sizeof header_bytes) {
    throw DataError("a header of {} bytes does not fit into the file's {} (is it cut?)", header_bytes, file_bytes);
  }
  std::string json(header_bytes, '\0');
  read_exactly(file.get(), std::as_writable_bytes(std::span(json)));

  const std::uint64_t data_bytes = file_bytes - sizeof header_bytes - header_bytes;
  SafetensorsHeader header = parse_safetensors_header(json, data_bytes);
  SafetensorsFile result;
  result.data_.reset(static_cast<std::byte*>(::operator new[](data_bytes, alignment)));
  read_exactly(file.get(), {result.data_.get(), data_bytes});
  result.metadata_ = std::move(header.metadata);
  for (TensorEntry& entry : header.tensors) {
    const std::span<const std::byte> bytes(result.data_.get() + entry.begin, entry.end - entry.begin);
    result.tensors_.push_back({std::move(entry.name), std::move(entry.dtype), std::move(entry.shape), bytes});
  }
  return result;
} catch (const DataError& error) {
  throw DataError("{}: {:.400}", path.string(), error.what());  // cut: a hostile name may have megabytes
} catch (const std::bad_alloc&) {
  throw DataError("{}: does not fit into this machine's memory", path.string());
}

const TensorBytes* SafetensorsFile::find(std::string_view name) const {
  const auto found = std::find_if(tensors_.begin(), tensors_.end(), [&](const TensorBytes& tensor) { return tensor.name == name; });
  return found == tensors_.end() ? nullptr : &*found;
}

}  // namespace agsweep
