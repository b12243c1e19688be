// Input: a whole file.
#include <sys/mman.h>  // memfd_create

#include <cstring>  // std::memcpy

#include "base/error.hpp"
#include "base/file.hpp"
#include "tests/fuzz/json_mutator.hpp"
#include "tests/fuzz/require.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {
namespace {

void check(const SafetensorsFile& file, std::size_t file_bytes) {
  std::size_t data_bytes = 0;
  unsigned sum = 0;
  for (const TensorBytes& tensor : file.tensors()) {
    require(file.find(tensor.name) == &tensor);
    data_bytes += tensor.bytes.size();
    for (const std::byte byte : tensor.bytes) sum += std::to_integer<unsigned>(byte);  // the sanitizers see each
  }
  require(data_bytes + sizeof(std::uint64_t) < file_bytes && sum <= 255 * data_bytes);
}

/// Changes the header, and gives it its right length.
std::string mutated(std::string_view input, unsigned seed) {
  std::uint64_t length = 0;
  if (input.size() < sizeof length) return std::string(input);
  std::memcpy(&length, input.data(), sizeof length);
  input.remove_prefix(sizeof length);
  const std::string header = mutated_json(input.substr(0, length), seed);
  const std::string_view data = length < input.size() ? input.substr(length) : "";
  length = header.size();
  return std::string(reinterpret_cast<const char*>(&length), sizeof length) + header + std::string(data);
}

}  // namespace
}  // namespace agsweep

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  return agsweep::mutate_input(data, size, max_size, seed, agsweep::mutated);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const agsweep::FileDescriptor memory(::memfd_create("safetensors", MFD_CLOEXEC));
  const std::filesystem::path path = "/proc/self/fd/" + std::to_string(memory.get());
  agsweep::write_all(memory.get(), std::as_bytes(std::span(data, size)), path);
  try {
    agsweep::check(agsweep::SafetensorsFile::read(path), size);
  } catch (const agsweep::DataError&) {
  }
  return 0;
}
