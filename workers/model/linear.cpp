#include "workers/model/linear.hpp"

#include "workers/model/kernel_views.hpp"
#include "workers/model/product.hpp"

namespace agsweep {

namespace {

void trained_gradients(const Linear& linear, const LinearTape& tape, const at::Tensor& d_y, const at::Tensor& dense, Workspace& workspace) {
  if (linear.weight_offset != frozen) {
    const at::Tensor to = dense.as_strided(linear.weight.sizes(), linear.weight.strides(), dense.storage_offset() + linear.weight_offset);
    const bool transposed = linear.weight.stride(1) != 1;  // the product is written in the order of memory
    if (transposed) {
      weight_gradient(tape.x.t(), d_y, 1, false, to.t(), workspace);
    } else {
      weight_gradient(d_y.t(), tape.x, 1, false, to, workspace);
    }
  }
  if (linear.bias_offset == frozen) return;
  with_element_type(d_y, [&]<typename T>() {
    workspace.kernels().column_sums(data<T>(d_y), d_y.size(0), d_y.size(1), data<float>(dense) + linear.bias_offset);
  });
}

}  // namespace

Linear Linear::outputs(std::int64_t first, std::int64_t last) const {
  const auto part = [&](const at::Tensor& tensor) { return tensor.defined() ? tensor.narrow(0, first, last - first) : tensor; };
  Linear rows{.weight = part(weight), .bias = part(bias), .adapter = {}};
  if (weight_offset != frozen) rows.weight_offset = weight_offset + first * weight.stride(0);
  if (bias_offset != frozen) rows.bias_offset = bias_offset + first;
  if (adapter) {
    rows.adapter = adapter;
    rows.adapter->b = part(adapter->b);
    rows.adapter->b_offset += first * adapter->b.size(1);
  }
  return rows;
}

LinearTape linear_room(const Linear& linear, std::int64_t rows, const Dropout& dropout, Workspace& workspace) {
  const at::ScalarType type = linear.weight.scalar_type();
  LinearTape tape{.x = {}, .y = workspace.empty({rows, linear.weight.size(0)}, type), .low = {}, .dropout = dropout};
  if (linear.adapter) tape.low = workspace.empty({rows, linear.adapter->a.size(0)}, type);
  return tape;
}

void linear_forward(const Linear& linear, const at::Tensor& x, LinearTape& tape, Workspace& workspace) {
  tape.x = x;
  product(x, linear.weight, linear.bias, tape.y);
  if (linear.adapter) adapter_forward(*linear.adapter, x, tape.dropout, tape.low, tape.y, workspace);
}

LinearTape linear_forward(const Linear& linear, const at::Tensor& x, const Dropout& dropout, Workspace& workspace) {
  LinearTape tape = linear_room(linear, x.size(0), dropout, workspace);
  linear_forward(linear, x, tape, workspace);
  return tape;
}

void linear_weight_gradients(const Linear& linear, const LinearTape& tape, const at::Tensor& d_y, const at::Tensor& dense,
                             Workspace& workspace) {
  trained_gradients(linear, tape, d_y, dense, workspace);
  if (!linear.adapter) return;
  const Workspace::Scope scope(workspace);
  const at::Tensor d_low = adapter_low_gradient(*linear.adapter, d_y, workspace);
  adapter_weight_gradients(*linear.adapter, tape.x, tape.dropout, tape.low, d_y, d_low, dense, workspace);
}

at::Tensor linear_backward(const Linear& linear, const LinearTape& tape, const at::Tensor& d_y, const at::Tensor& dense,
                           Workspace& workspace) {
  at::Tensor d_x = workspace.empty(tape.x.sizes(), tape.x.scalar_type());
  product(d_y, linear.weight.t(), {}, d_x);
  trained_gradients(linear, tape, d_y, dense, workspace);
  if (!linear.adapter) return d_x;
  const Workspace::Scope scope(workspace);
  const at::Tensor d_low = adapter_low_gradient(*linear.adapter, d_y, workspace);
  adapter_weight_gradients(*linear.adapter, tape.x, tape.dropout, tape.low, d_y, d_low, dense, workspace);
  adapter_input_gradient(*linear.adapter, tape.dropout, d_low, d_x, workspace);
  return d_x;
}

}  // namespace agsweep
