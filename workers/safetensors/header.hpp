#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// What a safetensors header says of one tensor, checked for sense in itself; offsets count from the end of the header.
struct TensorEntry {
  std::string name;
  std::string dtype;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::map<std::string, std::string> metadata;
  std::vector<TensorEntry> tensors;  // by offset; together they cover [0, data bytes) without hole or overlap
};

/// @param data_bytes  how many bytes the file has after its header
/// @throws DataError with the rule that `json` breaks (the caller adds the file's name)
SafetensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes);

/// Bytes of one element of a dtype; 0 for an unknown one and for one of less than a byte.
std::uint64_t dtype_bytes(std::string_view dtype);

/// Bytes of a tensor. @throws DataError for a negative dimension, an unknown dtype, or a size beyond 64 bits
std::uint64_t tensor_bytes(std::string_view name, std::string_view dtype, const std::vector<std::int64_t>& shape);

}  // namespace agsweep
