#include "workers/safetensors/sealed.hpp"

#include <cstdint>

#include "base/error.hpp"
#include "base/sha256.hpp"

namespace agsweep {

namespace {

constexpr const char* seal = "sha256";

/// Lengths go in too, so that no byte can move from one part to the next unnoticed.
std::string content_sha256(const std::map<std::string, std::string>& metadata, std::span<const TensorBytes> tensors) {
  Sha256 hash;
  const auto add = [&](std::span<const std::byte> bytes) {
    const std::uint64_t length = bytes.size();
    hash.update(std::as_bytes(std::span(&length, 1))).update(bytes);
  };
  for (const auto& [key, value] : metadata) {
    if (key == seal) continue;
    add(std::as_bytes(std::span(key)));
    add(std::as_bytes(std::span(value)));
  }
  for (const TensorBytes& tensor : tensors) {
    add(std::as_bytes(std::span(tensor.name)));
    add(std::as_bytes(std::span(tensor.dtype)));
    add(std::as_bytes(std::span(tensor.shape)));
    add(tensor.bytes);
  }
  return hash.hex();
}

}  // namespace

void write_sealed_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                              std::map<std::string, std::string> metadata) {
  metadata[seal] = content_sha256(metadata, tensors);
  write_safetensors(path, tensors, metadata);
}

bool check_seal(const SafetensorsFile& file, const std::filesystem::path& path) {
  const auto found = file.metadata().find(seal);
  if (found == file.metadata().end()) return false;
  if (found->second != content_sha256(file.metadata(), file.tensors())) {
    throw DataError("{}: its content does not match its SHA-256", path.string());
  }
  return true;
}

}  // namespace agsweep
