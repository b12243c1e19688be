// For parity_test.py:
//   lora_tool show ADAPTER             adapter_config.json and each tensor, as JSON
//   lora_tool copy ADAPTER OUT         reads a folder of peft's and writes it again
//   lora_tool merge BASE ADAPTER FILE  GPT-2 with the adapter merged into it
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "tests/support/helper_program.hpp"
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

int main(int argc, char** argv) {
  return agsweep::testing_support::run_helper(argc, argv, [](const std::vector<std::string>& words) {
    if (words.size() == 2 && words[0] == "show") return agsweep::show(words[1]), true;
    if (words.size() == 3 && words[0] == "copy") return agsweep::copy(words[1], words[2]), true;
    if (words.size() == 4 && words[0] == "merge") return agsweep::merge(words[1], words[2], words[3]), true;
    return false;
  });
}
