#pragma once

#include <algorithm>  // std::find_if, std::erase_if
#include <bit>        // std::bit_cast
#include <cstddef>
#include <deque>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/random_floats.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/safetensors/header.hpp"  // tensor_bytes

namespace agsweep::testing_support {

/// The tensors of a checkpoint to write, which a test may change first.
class TensorSet {
 public:
  TensorSet() = default;
  /// All that a GPT-2 of this geometry has, F32, each with other values.
  explicit TensorSet(const Gpt2Config& config) {
    for (const Gpt2Tensor& tensor : gpt2_tensors(config)) add(tensor.name, tensor.shape);
  }

  void add(const std::string& name, std::vector<std::int64_t> shape, const std::string& dtype = "F32") {
    const std::size_t bytes = tensor_bytes(name, dtype, shape);
    std::vector<float>& values = values_.emplace_back(random_floats(bytes / 4 + 1, values_.size()));
    if (dtype != "F32") {  // halves of floats, which are finite without their exponent's highest bit
      for (float& value : values) value = std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & 0xBFFFBFFFU);
    }
    tensors_.push_back({name, dtype, std::move(shape), std::as_bytes(std::span(values)).first(bytes)});
  }
  void remove(const std::string& name) {
    std::erase_if(tensors_, [&](const TensorBytes& tensor) { return tensor.name == name; });
  }
  TensorBytes& operator[](const std::string& name) {
    const auto found = std::find_if(tensors_.begin(), tensors_.end(), [&](const TensorBytes& tensor) { return tensor.name == name; });
    if (found == tensors_.end()) throw std::out_of_range(name);
    return *found;
  }
  /// The same tensor with another shape or dtype, and other values.
  void replace(const std::string& name, std::vector<std::int64_t> shape, const std::string& dtype = "F32") {
    remove(name);
    add(name, std::move(shape), dtype);
  }
  void add_prefix() {
    for (TensorBytes& tensor : tensors_) tensor.name = "transformer." + tensor.name;
  }
  const std::vector<TensorBytes>& tensors() const { return tensors_; }

  void write(const std::filesystem::path& path, const std::map<std::string, std::string>& metadata = {}) const {
    write_safetensors(path, tensors_, metadata);
  }

 private:
  std::deque<std::vector<float>> values_;
  std::vector<TensorBytes> tensors_;
};

/// 26 tensors.
inline Gpt2Config small_config() { return {.vocabulary = 11, .positions = 5, .width = 6, .layers = 2, .heads = 3, .ffn = 7}; }

}  // namespace agsweep::testing_support
