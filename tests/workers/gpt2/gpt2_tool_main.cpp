// For parity_test.py:
//   gpt2_tool show PATH                                                      each tensor's shape and the SHA-256 of its values as fp32
//   gpt2_tool random FOLDER LAYERS WIDTH HEADS FFN POSITIONS VOCABULARY SEED
#include <cstdio>
#include <exception>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/sha256.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/gpt2/random_gpt2.hpp"

namespace agsweep {
namespace {

nlohmann::json shown(const TensorBytes& tensor) {
  std::size_t count = 1;
  for (const std::int64_t dimension : tensor.shape) count *= static_cast<std::size_t>(dimension);
  std::vector<float> values(count);
  copy_as_fp32(tensor, values);
  return {{"shape", tensor.shape}, {"dtype", tensor.dtype}, {"sha256", sha256(std::as_bytes(std::span(values)))}};
}

void show(const char* path) {
  const Gpt2Checkpoint checkpoint = Gpt2Checkpoint::read(path);
  nlohmann::json tensors = nlohmann::json::object();
  for (const Gpt2Tensor& tensor : gpt2_tensors(checkpoint.config())) tensors[tensor.name] = shown(checkpoint.tensor(tensor.name));
  if (checkpoint.score() != nullptr) tensors["score.weight"] = shown(*checkpoint.score());
  const nlohmann::json config = nlohmann::json::parse(gpt2_config_json(checkpoint.config()));
  std::puts(nlohmann::json{{"config", config}, {"tensors", tensors}}.dump().c_str());
}

void make_random(char** sizes, const char* folder) {
  Gpt2Config config;
  for (std::int64_t* const field : {&config.layers, &config.width, &config.heads, &config.ffn, &config.positions, &config.vocabulary}) {
    *field = std::stoll(*sizes++);
  }
  write_random_gpt2(folder, config, std::stoull(*sizes));
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) try {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "show" && argc == 3) {
    agsweep::show(argv[2]);
  } else if (command == "random" && argc == 10) {
    agsweep::make_random(argv + 3, argv[2]);
  } else {
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
