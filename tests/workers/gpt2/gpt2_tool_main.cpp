// For parity_test.py:
//   gpt2_tool show PATH                                                      each tensor's shape and the SHA-256 of its values as fp32
//   gpt2_tool random FOLDER LAYERS WIDTH HEADS FFN POSITIONS VOCABULARY SEED
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "tests/support/helper_program.hpp"
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

void show(const std::string& path) {
  const Gpt2Checkpoint checkpoint = Gpt2Checkpoint::read(path);
  nlohmann::json tensors = nlohmann::json::object();
  for (const Gpt2Tensor& tensor : gpt2_tensors(checkpoint.config())) tensors[tensor.name] = shown(checkpoint.tensor(tensor.name));
  if (checkpoint.score() != nullptr) tensors["score.weight"] = shown(*checkpoint.score());
  const nlohmann::json config = nlohmann::json::parse(gpt2_config_json(checkpoint.config()));
  std::puts(nlohmann::json{{"config", config}, {"tensors", tensors}}.dump().c_str());
}

void make_random(const std::string& folder, std::span<const std::string> sizes) {
  Gpt2Config config;
  for (std::int64_t* const field : {&config.layers, &config.width, &config.heads, &config.ffn, &config.positions, &config.vocabulary}) {
    *field = std::stoll(sizes.front());
    sizes = sizes.subspan(1);
  }
  write_random_gpt2(folder, config, std::stoull(sizes.front()));
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) {
  return agsweep::testing_support::run_helper(argc, argv, [](const std::vector<std::string>& words) {
    if (words.size() == 2 && words[0] == "show") return agsweep::show(words[1]), true;
    if (words.size() == 9 && words[0] == "random") return agsweep::make_random(words[1], std::span(words).subspan(2)), true;
    return false;
  });
}
