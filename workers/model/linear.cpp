#include "workers/model/linear.hpp"

#include "workers/kernels/column_sums.hpp"
#include "workers/model/kernel_views.hpp"

namespace agsweep {

Linear Linear::outputs(std::int64_t first, std::int64_t last) const {
  return {weight.narrow(0, first, last - first), bias.narrow(0, first, last - first), weight_offset + first * weight.size(1),
          bias_offset + first};
}

at::Tensor linear_forward(const Linear& linear, const at::Tensor& x, Workspace& workspace) {
  at::Tensor y = workspace.empty({x.size(0), linear.weight.size(0)}, x.scalar_type());
  return at::addmm_out(y, linear.bias, x, linear.weight.t());
}

at::Tensor linear_backward(const Linear& linear, const at::Tensor& x, const at::Tensor& d_y, float* dense, Workspace& workspace) {
  at::Tensor d_x = workspace.empty({x.size(0), x.size(1)}, x.scalar_type());
  at::mm_out(d_x, d_y, linear.weight);

  at::Tensor d_weight = at::from_blob(dense + linear.weight_offset, linear.weight.sizes(), at::kFloat);
  if (x.scalar_type() == at::kFloat) {
    at::mm_out(d_weight, d_y.t(), x);
  } else {
    const Workspace::Scope scope(workspace);
    at::Tensor low = workspace.empty(linear.weight.sizes(), x.scalar_type());
    d_weight.copy_(at::mm_out(low, d_y.t(), x));
  }
  with_element_type(d_y, [&]<typename T>() { column_sums(data<T>(d_y), d_y.size(0), d_y.size(1), dense + linear.bias_offset); });
  return d_x;
}

}  // namespace agsweep
