#include "workers/lora/adapter_folder.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "workers/json/json_object.hpp"  // read_json_text
#include "workers/lora/adapter_config.hpp"
#include "workers/lora/adapter_tensors.hpp"
#include "workers/lora/target_pattern.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr const char* config_name = "adapter_config.json";
constexpr const char* tensors_name = "adapter_model.safetensors";
constexpr std::string_view peft_prefix = "base_model.model.";

/// What `work` returns; its DataErrors get the file's name.
template <typename Work>
auto in_file(const fs::path& path, const Work& work) try {
  return work();
} catch (const DataError& error) {
  throw DataError("{}: {}", path.string(), error.what());
}

SafetensorsFile read_tensors(const fs::path& folder) {
  if (!fs::exists(folder / tensors_name) && fs::exists(folder / "adapter_model.bin")) {
    throw DataError("{}: a Python pickle, which agsweep does not read; let peft write {} (safe_serialization=True)",
                    (folder / "adapter_model.bin").string(), tensors_name);
  }
  return SafetensorsFile::read(folder / tensors_name);
}

std::vector<TensorBytes> without_prefix(std::span<const TensorBytes> tensors) {
  std::vector<TensorBytes> renamed(tensors.begin(), tensors.end());
  for (TensorBytes& tensor : renamed) {
    if (!tensor.name.starts_with(peft_prefix)) throw DataError("{:.200}: its name does not begin with {}", tensor.name, peft_prefix);
    tensor.name.erase(0, peft_prefix.size());
  }
  return renamed;
}

}  // namespace

bool is_adapter_folder(const fs::path& path) {
  std::error_code unreadable;
  return fs::exists(path / config_name, unreadable);
}

AdapterFolder read_adapter_folder(const fs::path& folder) {
  const fs::path config_path = folder / config_name;
  const std::string config_text = read_json_text(config_path);
  AdapterConfig config = in_file(config_path, [&] { return parse_adapter_config(config_text); });
  AdapterFolder adapter{
      .lora = std::move(config.lora), .base_name = std::move(config.base_name), .file = read_tensors(folder), .tensors = {}};
  in_file(folder / tensors_name, [&] { adapter.tensors = without_prefix(adapter.file.tensors()); });
  if (config.target_pattern.empty()) {
    std::vector<std::string> targets = gpt2_targets(adapter.lora.targets);
    if (!targets.empty()) adapter.lora.targets = std::move(targets);  // else the check below names them all
  } else {
    adapter.lora.targets =
        in_file(config_path, [&] { return matching_modules(config.target_pattern, adaptable_modules(blocks_of(adapter.tensors))); });
  }
  in_file(folder / tensors_name, [&] { check_adapter_tensors(adapter.lora, adapter.tensors); });
  return adapter;
}

void write_adapter_folder(const fs::path& folder, const LoraConfig& lora, const std::string& base_name,
                          std::span<const TensorBytes> tensors) {
  std::vector<TensorBytes> renamed(tensors.begin(), tensors.end());
  for (TensorBytes& tensor : renamed) tensor.name.insert(0, peft_prefix);
  write_safetensors(folder / tensors_name, renamed, {{"format", "pt"}});
  write_file_atomically(folder / config_name, adapter_config_text(lora, base_name));
}

}  // namespace agsweep
