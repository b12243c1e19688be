#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string_view>

namespace agsweep {

/// What an export writes, and what transformers or peft would take in its place or mix with it.
inline constexpr std::array export_files = {
    "README.md",         "adapter_config.json",          "adapter_model.safetensors", "adapter_model.bin", "config.json",
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",         "vocab.json",        "merges.txt",
    "tokenizer.json",    "tokenizer_config.json",        "special_tokens_map.json",   "added_tokens.json",
};

/// The files of an export, or of another new model, appear in its folder together: unless keep() is called, the destructor removes what was
/// written.
class NewFolder {
 public:
  /// Makes the folder where there is none.
  /// @param files   none of them may stand there, and no others are removed; outlive this
  /// @param option  by which somebody named it, for messages: "--peft"
  /// @throws UsageError where a model or an adapter stands there already, or it is no folder; RunTimeError when it cannot be made
  NewFolder(std::filesystem::path path, std::string_view option, std::span<const char* const> files = export_files);
  NewFolder(const NewFolder&) = delete;
  NewFolder& operator=(const NewFolder&) = delete;
  ~NewFolder();

  const std::filesystem::path& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  std::filesystem::path path_;
  std::span<const char* const> files_;
  bool made_ = false;
  bool kept_ = false;
};

}  // namespace agsweep
