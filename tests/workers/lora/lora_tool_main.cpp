// For parity_test.py:
//   lora_tool show ADAPTER             adapter_config.json and each tensor, as JSON
//   lora_tool copy ADAPTER OUT         reads a folder of peft's and writes it again
//   lora_tool merge BASE ADAPTER FILE  GPT-2 with the adapter merged into it
#include <cstdio>  // std::fputs
#include <exception>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "workers/lora/adapter_folder.hpp"
#include "workers/lora/merged_model.hpp"

namespace agsweep {
namespace {

void show(const std::filesystem::path& folder) {
  const AdapterFolder adapter = read_adapter_folder(folder);
  nlohmann::json tensors;
  for (const TensorBytes& tensor : adapter.tensors) {
    tensors[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"sha256", sha256(tensor.bytes)}};
  }
  const nlohmann::json shown = {{"r", adapter.lora.rank},          {"lora_alpha", adapter.lora.alpha},
                                {"scale", adapter.lora.scale()},   {"lora_dropout", adapter.lora.dropout},
                                {"targets", adapter.lora.targets}, {"use_rslora", adapter.lora.rslora},
                                {"base_name", adapter.base_name},  {"tensors", tensors}};
  std::puts(shown.dump().c_str());
}

void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
  const AdapterFolder adapter = read_adapter_folder(from);
  write_adapter_folder(to, adapter.lora, adapter.base_name, adapter.tensors);
}

void merge(const std::filesystem::path& base_folder, const std::filesystem::path& adapter_folder, const std::filesystem::path& file) {
  const Gpt2Checkpoint base = Gpt2Checkpoint::read(base_folder);
  const AdapterFolder adapter = read_adapter_folder(adapter_folder);
  write_safetensors(file, merged_model(base, adapter.lora, adapter.tensors).tensors, {{"format", "pt"}});
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) try {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "show" && argc == 3) {
    agsweep::show(argv[2]);
  } else if (command == "copy" && argc == 4) {
    agsweep::copy(argv[2], argv[3]);
  } else if (command == "merge" && argc == 5) {
    agsweep::merge(argv[2], argv[3], argv[4]);
  } else {
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
