#include "workers/gpt2/random_gpt2.hpp"

#include <algorithm>  // std::fill
#include <cmath>

#include "base/error.hpp"
#include "base/file.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/random_normal.hpp"

namespace agsweep {

namespace {

void fill_start(const std::string& name, const Gpt2Config& config, std::uint64_t seed, std::span<float> values) {
  if (name.ends_with(".bias")) {
    std::fill(values.begin(), values.end(), 0.0F);
  } else if (name.find("ln_") != name.npos) {
    std::fill(values.begin(), values.end(), 1.0F);
  } else {
    // Each block adds two projections to the residual stream, whose variance would grow with their number (Radford et al. 2019).
    const double shrink = name.ends_with("c_proj.weight") ? std::sqrt(2.0 * static_cast<double>(config.layers)) : 1;
    fill_normal(stream_of_name(seed, name), config.initializer_range / shrink, values);
  }
}

}  // namespace

void write_random_gpt2(const std::filesystem::path& folder, const Gpt2Config& config, std::uint64_t seed) {
  Gpt2Config written = config;
  written.random = true;
  const std::string json = gpt2_config_json(written);
  parse_gpt2_config(json);  // refuses what could not be read again

  std::vector<std::vector<float>> values;
  std::vector<TensorBytes> tensors;
  for (const Gpt2Tensor& tensor : gpt2_tensors(config)) {
    fill_start(tensor.name, config, seed, values.emplace_back(static_cast<std::size_t>(tensor.count())));
    tensors.push_back({tensor.name, "F32", tensor.shape, std::as_bytes(std::span(values.back()))});
  }
  make_folder(folder);
  write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});  // "pt": transformers asks for it
  write_file_atomically(folder / "config.json", json);
}

}  // namespace agsweep
