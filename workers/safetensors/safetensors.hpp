#pragma once

#include <cstddef>  // std::byte
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// A tensor inside a safetensors file or about to be written to one. Does not own `bytes`.
struct TensorBytes {
  std::string name;
  std::string dtype;  // "F32", "BF16", "F16", "I64", ... as the format spells it
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;  // row-major, little endian; unaligned where a file mixes dtypes
};

/// A whole file in memory, validated. Source: the format's README (huggingface/safetensors). Moves keep the tensors' addresses.
class SafetensorsFile {
 public:
  /// Checks every rule: header length (cap 100,000,000), JSON without duplicate keys, known dtypes, shape x size = offsets without
  /// overflow, no overlap, no hole, no rest. dtypes of less than a byte (F4, F6_*) are refused. The data start at a multiple of 64 bytes.
  /// @throws DataError naming file and rule
  static SafetensorsFile read(const std::filesystem::path& path);

  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::vector<TensorBytes>& tensors() const { return tensors_; }  // in file order
  const TensorBytes* find(std::string_view name) const;                 // null: no such tensor

 private:
  struct AlignedDelete {
    void operator()(std::byte* data) const;
  };
  std::unique_ptr<std::byte[], AlignedDelete> data_;
  std::map<std::string, std::string> metadata_;
  std::vector<TensorBytes> tensors_;
};

/// Writes atomically (base/file.hpp), reads back and compares every byte. Tensors are laid out in the order given; header padded to 8
/// bytes. The bytes are a pure function of the arguments.
/// @throws RunTimeError, also for arguments that make no valid file (two tensors of one name, a shape that does not fit its bytes)
void write_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace agsweep
