#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>

#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// write_safetensors with the metadata entry "sha256": of all other metadata and of each tensor's name, dtype, shape and bytes, so that a
/// flipped bit is found wherever it is.
void write_sealed_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                              std::map<std::string, std::string> metadata);

/// @return false for a file without the entry
/// @throws DataError when it does not match the content
bool check_seal(const SafetensorsFile& file, const std::filesystem::path& path);

}  // namespace agsweep
