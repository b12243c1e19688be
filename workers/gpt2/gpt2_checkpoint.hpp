#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>  // std::less
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "workers/gpt2/gpt2_config.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// A GPT-2's tensors as their names and shapes stand in a Hugging Face checkpoint, without the `transformer.` prefix: wte.weight
/// [vocabulary, width], wpe.weight, h.{i}.ln_1.weight, h.{i}.attn.c_attn.weight [width, 3 * width] (Conv1D: [in, out]), ..., ln_f.bias.
struct Gpt2Tensor {
  std::string name;
  std::vector<std::int64_t> shape;

  std::int64_t count() const;  // elements
};
std::vector<Gpt2Tensor> gpt2_tensors(const Gpt2Config& config);
/// Parameters of all of them.
std::int64_t gpt2_count(const Gpt2Config& config);

/// A Hugging Face GPT-2 in memory: config.json, and model.safetensors or the files that model.safetensors.index.json names. Complete, and
/// each tensor of the shape that config.json implies. Moves keep the tensors' addresses.
class Gpt2Checkpoint {
 public:
  /// Names with or without `transformer.`; attn.bias, attn.masked_bias and lm_head.weight are ignored, but for a head that the
  /// metadata says wte.weight is stored as; score.weight is kept where there is one. dtypes F32, F16 and BF16.
  /// @param path  the folder, or a .safetensors file in it
  /// @throws DataError naming file and tensor: missing, unexpected, there twice, of a wrong shape or dtype, or not finite
  static Gpt2Checkpoint read(const std::filesystem::path& path);

  const Gpt2Config& config() const { return config_; }
  /// @param name  without the prefix; one of gpt2_tensors()
  /// @throws std::out_of_range for another name
  const TensorBytes& tensor(std::string_view name) const;
  const TensorBytes* score() const;  // score.weight [classes, width] of a checkpoint that was fine-tuned; null: none

 private:
  Gpt2Config config_;
  std::vector<SafetensorsFile> files_;
  std::map<std::string, const TensorBytes*, std::less<>> tensors_;  // into files_; names without the prefix
};

/// What a person is told of a head for other classes; empty where it fits.
std::string unfit_score(std::int64_t labels, std::int64_t classes);

/// SHA-256 of the checkpoint's safetensors file; of a sharded one, of its files' hexadecimal digests in the order of their names.
/// config.json does not go in: heads, activation and epsilon, which no tensor's shape shows, are another part of a model's identity.
std::string gpt2_weights_sha256(const std::filesystem::path& path);

/// Whether no element of an F32, F16 or BF16 tensor is an infinity or no number. @throws DataError as copy_as_fp32
bool all_finite(const TensorBytes& tensor);

/// The elements of an F32, F16 or BF16 tensor as fp32, exactly. `to` has as many.
void copy_as_fp32(const TensorBytes& tensor, std::span<float> to);

}  // namespace agsweep
