#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <ATen/ATen.h>

#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// How a tensor starts.
enum class Initial { zeros, ones, normal, xavier_uniform, kaiming_uniform };  // Kaiming with a = sqrt(5), as torch.nn.Linear

/// One trained tensor's name, shape, and place in the flat buffers.
struct ParameterSpec {
  std::string name;
  std::vector<std::int64_t> shape;  // row-major; matrices are [out, in]
  Initial initial;
  double std = 0;           // of Initial::normal
  std::int64_t offset = 0;  // floats from the flat buffer's begin
  std::int64_t size = 0;    // floats

  bool operator==(const ParameterSpec&) const = default;
};

/// The order and places of all trained tensors. The first may be an embedding, whose gradient is row-sparse.
class ParameterLayout {
 public:
  /// Before all others; starts as N(0, std^2).
  void add_embedding(std::string name, std::int64_t rows, std::int64_t width, double std);
  /// @return the tensor's index
  std::size_t add(std::string name, std::vector<std::int64_t> shape, Initial initial, double std = 0);

  const std::vector<ParameterSpec>& specs() const { return specs_; }
  std::int64_t total() const { return total_; }  // floats of a flat buffer, with padding
  std::int64_t count() const;                    // parameters, without padding
  std::int64_t embedding_rows() const { return has_embedding_ ? specs_[0].shape[0] : 0; }
  std::int64_t embedding_width() const { return has_embedding_ ? specs_[0].shape[1] : 0; }
  std::int64_t embedding_size() const { return embedding_rows() * embedding_width(); }
  std::int64_t dense_begin() const { return has_embedding_ ? specs_[1].offset : 0; }
  std::int64_t dense_size() const { return total_ - dense_begin(); }

  /// A tensor in a flat buffer of this layout, [total] fp32.
  at::Tensor view(const at::Tensor& flat, std::size_t index) const;
  /// The same as memory, of a flat buffer on the host.
  std::span<float> floats(at::Tensor& flat, const ParameterSpec& spec) const;
  /// Each tensor by name, as model.safetensors holds it; points into `flat`, a buffer on the host.
  std::vector<TensorBytes> tensors(const at::Tensor& flat) const;

 private:
  std::vector<ParameterSpec> specs_;
  std::int64_t total_ = 0;
  bool has_embedding_ = false;
};

/// The weights in one flat fp32 buffer, and, under bf16, a second one of the dense part that the GEMMs read. On one device.
class Parameters {
 public:
  /// @param compute_type  of the GEMMs: fp32 or bf16
  Parameters(ParameterLayout layout, at::ScalarType compute_type, c10::Device device = at::kCPU);

  const ParameterLayout& layout() const { return layout_; }
  at::Tensor& flat() { return flat_; }  // [total] fp32
  const at::Tensor& flat() const { return flat_; }
  at::Tensor& low() { return low_; }  // [dense_size] bf16; undefined in fp32
  at::ScalarType compute_type() const { return compute_type_; }
  c10::Device device() const { return flat_.device(); }

  /// @param flat  [total] fp32, on any device
  void assign(const at::Tensor& flat);

  at::Tensor embedding() const;                                                    // [rows, width] fp32, where the layout has one
  at::Tensor view(std::size_t index) const { return layout_.view(flat_, index); }  // fp32
  at::Tensor compute(std::size_t index) const;                                     // in the GEMMs' type; the same memory as view() in fp32
  /// Floats first .. last of the dense part have changed: casts them again. Nothing to do in fp32.
  void refresh_compute(std::int64_t first, std::int64_t last);
  void refresh_compute() { refresh_compute(0, layout_.dense_size()); }

 private:
  ParameterLayout layout_;
  at::ScalarType compute_type_;
  at::Tensor flat_;
  at::Tensor low_;  // [dense_size] bf16
};

/// Start values from Philox(seed, tensor name): the same for any order of tensors and any number of ranks. [total] fp32, on the host
at::Tensor initial_values(const ParameterLayout& layout, std::uint64_t seed);

/// Start values, or a run's weights, from a file that holds each tensor by name, fp32, nothing else; or from a peft adapter folder.
/// [total] fp32, on the host
/// @throws DataError naming the file and the missing, unexpected or misshapen tensor
at::Tensor read_weights(const ParameterLayout& layout, const std::filesystem::path& file);

}  // namespace agsweep
