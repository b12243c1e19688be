#include "orchestrator/export/new_folder.hpp"

#include <array>

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

// What an export writes, and what transformers or peft would take in its place or mix with it.
constexpr std::array model_files = {
    "README.md",         "adapter_config.json",          "adapter_model.safetensors", "adapter_model.bin", "config.json",
    "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",         "vocab.json",        "merges.txt",
    "tokenizer.json",    "tokenizer_config.json",        "special_tokens_map.json",   "added_tokens.json",
};

void require_no_model(const fs::path& folder, std::string_view option) {
  for (const char* name : model_files) {
    if (fs::exists(folder / name)) throw UsageError("{}: {} holds {} already; choose another folder", option, folder.string(), name);
  }
}

}  // namespace

NewFolder::NewFolder(fs::path path, std::string_view option) : path_(std::move(path)) {
  std::error_code failure;
  if (fs::exists(path_, failure) && !fs::is_directory(path_, failure)) throw UsageError("{}: {} is no folder", option, path_.string());
  require_no_model(path_, option);
  made_ = fs::create_directories(path_, failure);
  if (failure) throw RunTimeError("{}: cannot make this folder: {}", path_.string(), failure.message());
}

NewFolder::~NewFolder() {
  if (kept_) return;
  std::error_code ignored;
  for (const char* name : model_files) fs::remove(path_ / name, ignored);
  if (made_) fs::remove(path_, ignored);
}

}  // namespace agsweep
