#include "workers/model/linear.hpp"

#include "workers/model/kernel_views.hpp"
#include "workers/model/product.hpp"

namespace agsweep {

namespace {

/// What an adapter reads.
at::Tensor dropped_input(const at::Tensor& x, const Dropout& dropout, Workspace& workspace) {
  if (!dropout.active()) return x;
  const at::Tensor dropped = workspace.empty(x.sizes(), x.scalar_type());
  with_element_type(x, [&]<typename T>() { workspace.kernels().drop_rows(dropout, x.size(0), x.size(1), data<T>(x), data<T>(dropped)); });
  return dropped;
}

at::Tensor gradient_at(const at::Tensor& dense, std::int64_t offset, const at::Tensor& like) {
  return dense.narrow(0, offset, like.numel()).view(like.sizes());
}

/// scale * d_y B: [rows, rank]
at::Tensor low_gradient(const Adapter& adapter, const at::Tensor& d_y, Workspace& workspace) {
  at::Tensor d_low = workspace.empty({d_y.size(0), adapter.b.size(1)}, d_y.scalar_type());
  at::mm_out(d_low, d_y, adapter.b);
  return d_low.mul_(adapter.scale);
}

void adapter_gradients(const Adapter& adapter, const LinearTape& tape, const at::Tensor& d_y, const at::Tensor& d_low,
                       const at::Tensor& dense, Workspace& workspace) {
  weight_gradient(d_y.t(), tape.low, adapter.scale, false, gradient_at(dense, adapter.b_offset, adapter.b), workspace);
  const Workspace::Scope scope(workspace);
  const at::Tensor dropped = dropped_input(tape.x, tape.dropout, workspace);
  weight_gradient(d_low.t(), dropped, 1, adapter.adds_to_a, gradient_at(dense, adapter.a_offset, adapter.a), workspace);
}

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

void add_adapter_input_gradient(const Adapter& adapter, const LinearTape& tape, const at::Tensor& d_low, at::Tensor& d_x,
                                Workspace& workspace) {
  if (!tape.dropout.active()) {
    at::addmm_out(d_x, d_x, d_low, adapter.a);
    return;
  }
  const Workspace::Scope scope(workspace);
  at::Tensor d_dropped = workspace.empty(d_x.sizes(), d_x.scalar_type());
  at::mm_out(d_dropped, d_low, adapter.a);
  with_element_type(d_x, [&]<typename T>() {
    workspace.kernels().add_dropped_rows(tape.dropout, d_x.size(0), d_x.size(1), data<T>(d_dropped), data<T>(d_x));
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
  if (!linear.adapter) return;
  const Adapter& adapter = *linear.adapter;
  const Workspace::Scope scope(workspace);
  at::mm_out(tape.low, dropped_input(x, tape.dropout, workspace), adapter.a.t());
  at::addmm_out(tape.y, tape.y, tape.low, adapter.b.t(), 1, adapter.scale);
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
  adapter_gradients(*linear.adapter, tape, d_y, low_gradient(*linear.adapter, d_y, workspace), dense, workspace);
}

at::Tensor linear_backward(const Linear& linear, const LinearTape& tape, const at::Tensor& d_y, const at::Tensor& dense,
                           Workspace& workspace) {
  at::Tensor d_x = workspace.empty(tape.x.sizes(), tape.x.scalar_type());
  product(d_y, linear.weight.t(), {}, d_x);
  trained_gradients(linear, tape, d_y, dense, workspace);
  if (!linear.adapter) return d_x;
  const Workspace::Scope scope(workspace);
  const at::Tensor d_low = low_gradient(*linear.adapter, d_y, workspace);
  adapter_gradients(*linear.adapter, tape, d_y, d_low, dense, workspace);
  add_adapter_input_gradient(*linear.adapter, tape, d_low, d_x, workspace);
  return d_x;
}

}  // namespace agsweep
