#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace agsweep {

/// What identifies a GPT-2 in a folder.
struct BaseFacts {
  std::string weights_sha256;   // of its tensors
  std::string geometry_sha256;  // of its config.json, as gpt2_config_json() writes it
  bool random = false;          // never trained
};

/// What identifies the files that trainings begin with. Each is read once, since a sweep's trials begin with the same. For one thread.
class FileFacts {
 public:
  /// @param weights  a folder, or a safetensors file in it. @throws DataError
  const BaseFacts& base(const std::filesystem::path& weights);
  /// SHA-256 of an --init file; of an adapter folder's tensors. Empty for an empty path. @throws DataError
  const std::string& init_sha256(const std::filesystem::path& init);

 private:
  std::map<std::filesystem::path, BaseFacts> bases_;
  std::map<std::filesystem::path, std::string> inits_;
};

}  // namespace agsweep
