// Input: the number of data bytes (2 bytes, little endian), then the header's JSON.
#include <algorithm>  // std::min
#include <cstring>    // std::memcpy

#include "base/error.hpp"
#include "tests/fuzz/json_mutator.hpp"
#include "tests/fuzz/require.hpp"
#include "workers/safetensors/header.hpp"

namespace agsweep {
namespace {

void check(const SafetensorsHeader& header, std::uint64_t data_bytes) {
  std::uint64_t covered = 0;
  for (const TensorEntry& tensor : header.tensors) {
    require(tensor.begin == covered && tensor.end >= tensor.begin);
    require(tensor.end - tensor.begin == tensor_bytes(tensor.name, tensor.dtype, tensor.shape));
    covered = tensor.end;
  }
  require(covered == data_bytes);
}

/// Changes the JSON, and keeps the number before it.
std::string mutated(std::string_view input, unsigned seed) {
  const std::size_t number = std::min(input.size(), sizeof(std::uint16_t));
  return std::string(input.substr(0, number)) + mutated_json(input.substr(number), seed);
}

}  // namespace
}  // namespace agsweep

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size, unsigned seed) {
  return agsweep::mutate_input(data, size, max_size, seed, agsweep::mutated);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::uint16_t data_bytes = 0;
  if (size < sizeof data_bytes) return 0;
  std::memcpy(&data_bytes, data, sizeof data_bytes);
  const std::string_view json(reinterpret_cast<const char*>(data) + sizeof data_bytes, size - sizeof data_bytes);
  try {
    agsweep::check(agsweep::parse_safetensors_header(json, data_bytes), data_bytes);
  } catch (const agsweep::DataError&) {
  }
  return 0;
}
