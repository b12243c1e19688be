#include <fcntl.h>
#include <unistd.h>

#include <algorithm>  // std::min
#include <cerrno>
#include <cstring>  // std::memcmp
#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json.hpp"
#include "base/system.hpp"  // error_text
#include "workers/safetensors/header.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

namespace {

/// The length and the header, padded with spaces so that the data start at a multiple of 8.
std::string make_header(std::span<const TensorBytes> tensors, const std::map<std::string, std::string>& metadata) {
  nlohmann::ordered_json header = nlohmann::ordered_json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::set<std::string_view> names = {"__metadata__"};
  std::uint64_t offset = 0;
  for (const TensorBytes& tensor : tensors) {
    if (!names.insert(tensor.name).second) throw DataError("{}: a second tensor of this name, or a reserved one", tensor.name);
    const std::uint64_t bytes = tensor_bytes(tensor.name, tensor.dtype, tensor.shape);
    if (bytes != tensor.bytes.size()) {
      throw DataError("{}: its shape and dtype {} need {} bytes, it has {}", tensor.name, tensor.dtype, bytes, tensor.bytes.size());
    }
    header[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + bytes}}};
    offset += bytes;
  }
  std::string json = header.dump();
  json.resize((json.size() + 7) / 8 * 8, ' ');
  const std::uint64_t length = json.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + json;
}

/// Compares a file's next bytes with what was written.
void expect_bytes(int fd, std::span<const std::byte> expected, std::vector<std::byte>& block) {
  while (!expected.empty()) {
    const ssize_t got = ::read(fd, block.data(), std::min(block.size(), expected.size()));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw DataError("what was written cannot be read back: {}", error_text(errno));
    if (got == 0 || std::memcmp(block.data(), expected.data(), static_cast<std::size_t>(got)) != 0) {
      throw DataError("what was written does not read back the same");
    }
    expected = expected.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace

void write_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                       const std::map<std::string, std::string>& metadata) try {
  const std::string header = make_header(tensors, metadata);
  const auto write = [&](int fd) {
    write_all(fd, std::as_bytes(std::span(header)), path);
    for (const TensorBytes& tensor : tensors) write_all(fd, tensor.bytes, path);
  };
  const auto verify = [&](const std::filesystem::path& temporary) {
    const FileDescriptor file = open_file(temporary, O_RDONLY);
    std::vector<std::byte> block(std::size_t{1} << 20);
    expect_bytes(file.get(), std::as_bytes(std::span(header)), block);
    for (const TensorBytes& tensor : tensors) expect_bytes(file.get(), tensor.bytes, block);
  };
  write_file_atomically(path, write, verify);
} catch (const DataError& error) {
  throw RunTimeError("{}: {}", path.string(), error.what());
} catch (const nlohmann::json::exception& error) {
  throw RunTimeError("{}: {}", path.string(), error.what());
}

}  // namespace agsweep
