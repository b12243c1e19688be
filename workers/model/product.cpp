#include "workers/model/product.hpp"

#include <algorithm>  // std::min
#include <optional>
#include <string_view>

#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>

namespace agsweep {

namespace {

using OneDnnLinear = at::Tensor(const at::Tensor& x, const at::Tensor& weight, const std::optional<at::Tensor>& bias,
                                std::string_view activation, c10::List<std::optional<at::Scalar>> scalars,
                                std::optional<std::string_view> algorithm);

/// ATen's operator over oneDNN's fp32 GEMM; none in a build without oneDNN.
std::optional<c10::TypedOperatorHandle<OneDnnLinear>> one_dnn_linear() {
  const auto schema = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  if (!schema) return {};
  return schema->typed<OneDnnLinear>();
}

// Below so many multiplications the operator around oneDNN takes longer than the product (60 us a call).
constexpr std::int64_t small = 1 << 20;

// The operator returns memory of its own, which is copied: of so many rows it stays in the cache, and small.
constexpr std::int64_t most_rows = 512;

/// oneDNN takes other strides, but multiplies them with plain loops.
bool is_dense(const at::Tensor& matrix) { return matrix.is_contiguous() || matrix.t().is_contiguous(); }

}  // namespace

void product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor& y) {
  static const auto linear = one_dnn_linear();
  if (linear && x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous() && is_dense(weight) &&
      x.size(0) * weight.numel() >= small) {
    // at::mm would call MKL, whose fp32 kernel for AMD's CPUs reaches 85 to 90 % of oneDNN's speed.
    const std::optional<at::Tensor> given_bias = bias.defined() ? std::optional(bias) : std::nullopt;
    for (std::int64_t first = 0; first < x.size(0); first += most_rows) {
      const std::int64_t count = std::min(most_rows, x.size(0) - first);
      y.narrow(0, first, count)
          .copy_(linear->call(x.narrow(0, first, count), weight, given_bias, "none", c10::List<std::optional<at::Scalar>>(), std::nullopt));
    }
  } else if (bias.defined()) {
    at::addmm_out(y, bias, x, weight.t());
  } else {
    at::mm_out(y, x, weight.t());
  }
}

void weight_gradient(const at::Tensor& left, const at::Tensor& right, float scale, bool adds, at::Tensor to, Workspace& workspace) {
  if (left.scalar_type() == at::kFloat) {
    at::addmm_out(to, to, left, right, adds ? 1 : 0, scale);
    return;
  }
  const Workspace::Scope scope(workspace);
  if (left.is_cuda()) {  // cuBLAS writes fp32 from bf16 without a rounding in between
    at::Tensor result = adds ? workspace.empty(to.sizes(), at::kFloat) : to;
    at::mm_out(result, left, right, at::kFloat);
    if (adds) {
      to.add_(result, scale);
    } else if (scale != 1) {
      to.mul_(scale);
    }
    return;
  }
  at::Tensor low = workspace.empty(to.sizes(), left.scalar_type());
  at::mm_out(low, left, right);
  if (adds) {
    to.add_(low, scale);
  } else {
    to.copy_(low);
    if (scale != 1) to.mul_(scale);
  }
}

}  // namespace agsweep
