#include "orchestrator/export/new_folder.hpp"

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

const std::vector<const char*> NewFolder::export_files = {
    "README.md",         "adapter_config.json",          "adapter_model.safetensors", "adapter_model.bin", "config.json",
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",         "vocab.json",        "merges.txt",
    "tokenizer.json",    "tokenizer_config.json",        "special_tokens_map.json",   "added_tokens.json",
};

NewFolder::NewFolder(fs::path path, std::string_view option, std::vector<const char*> files)
    : path_(std::move(path)), files_(std::move(files)) {
  std::error_code failure;
  if (fs::exists(path_, failure) && !fs::is_directory(path_, failure)) throw UsageError("{}: {} is no folder", option, path_.string());
  for (const char* name : files_) {
    if (fs::exists(path_ / name)) throw UsageError("{}: {} holds {} already; choose another folder", option, path_.string(), name);
  }
  made_ = fs::create_directories(path_, failure);
  if (failure) throw RunTimeError("{}: cannot make this folder: {}", path_.string(), failure.message());
}

NewFolder::~NewFolder() {
  if (kept_) return;
  std::error_code ignored;
  for (const char* name : files_) fs::remove(path_ / name, ignored);
  if (made_) fs::remove(path_, ignored);
}

}  // namespace agsweep
