// fuzz_seeds FOLDER: writes what the fuzzers start from, FOLDER/FUZZER/*.
#include <cstring>  // std::memcpy
#include <map>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "workers/gpt2/gpt2_config.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {
namespace {

namespace fs = std::filesystem;

/// A valid file of each of these lists of tensors, and its header alone.
void write_safetensors_seeds(const fs::path& folder) {
  const std::vector<std::byte> data(64, std::byte{'d'});
  const auto tensor = [&](const std::string& name, const std::string& dtype, std::vector<std::int64_t> shape, std::size_t bytes) {
    return TensorBytes{name, dtype, std::move(shape), std::span(data).first(bytes)};
  };
  const std::map<std::string, std::vector<TensorBytes>> lists = {
      {"none", {}},
      {"one", {tensor("a", "F32", {2, 3}, 24)}},
      {"empty", {tensor("a", "F32", {0, 3}, 0), tensor("b", "U8", {}, 1)}},
      {"many", {tensor("wte.weight", "F16", {4, 2}, 16), tensor("step", "I64", {1}, 8), tensor("h.0.ln_1.bias", "BF16", {3}, 6)}},
  };
  for (const auto& [name, tensors] : lists) {
    const fs::path file = folder / "safetensors_file" / name;
    write_safetensors(file, tensors, {{"format", "pt"}});
    const std::string content = read_file(file);
    std::uint64_t header_bytes = 0;
    std::memcpy(&header_bytes, content.data(), sizeof header_bytes);
    const auto data_bytes = static_cast<std::uint16_t>(content.size() - sizeof header_bytes - header_bytes);
    const std::string length(reinterpret_cast<const char*>(&data_bytes), sizeof data_bytes);
    write_file_atomically(folder / "safetensors_header" / name, length + content.substr(sizeof header_bytes, header_bytes));
  }
}

void write_gpt2_json_seeds(const fs::path& folder) {
  write_file_atomically(folder / "config", gpt2_config_json({}));
  write_file_atomically(folder / "small", gpt2_config_json({.width = 6, .heads = 3, .activation = Activation::gelu, .random = true}));
  write_file_atomically(folder / "index",
                        R"({"metadata": {"total_size": 8}, "weight_map": {"wte.weight": "a.safetensors", "wpe.weight": "b.safetensors"}})");
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  for (const char* const name : {"safetensors_file", "safetensors_header", "gpt2_json"}) {
    std::filesystem::create_directories(folder / name);
  }
  agsweep::write_safetensors_seeds(folder);
  agsweep::write_gpt2_json_seeds(folder / "gpt2_json");
  return 0;
}
