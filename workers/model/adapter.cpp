#include "workers/model/adapter.hpp"

#include "workers/model/kernel_views.hpp"
#include "workers/model/product.hpp"

namespace agsweep {

namespace {

/// The kernels that pass over the wide side of an adapter once; null: it is made of products and of dropout's own passes.
DeviceKernels* fused(const Adapter& adapter, Workspace& workspace) {
  DeviceKernels* const kernels = workspace.device_kernels();
  const at::Tensor& a = adapter.a;
  if (kernels == nullptr || a.scalar_type() != at::kBFloat16) return nullptr;
  return kernels->fuses_adapter(a.size(0), a.size(1), data<BFloat16>(a)) ? kernels : nullptr;
}

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

}  // namespace

void adapter_forward(const Adapter& adapter, const at::Tensor& x, const Dropout& dropout, const at::Tensor& low, at::Tensor& y,
                     Workspace& workspace) {
  at::Tensor to = low;
  if (DeviceKernels* const kernels = fused(adapter, workspace)) {
    kernels->adapter_forward({.rows = x.size(0),
                              .width = x.size(1),
                              .rank = low.size(1),
                              .scale = adapter.scale,
                              .dropout = dropout,
                              .x = data<BFloat16>(x),
                              .a = data<BFloat16>(adapter.a),
                              .low = data<BFloat16>(low)});
    at::addmm_out(y, y, low, adapter.b.t());
    return;
  }
  const Workspace::Scope scope(workspace);
  at::mm_out(to, dropped_input(x, dropout, workspace), adapter.a.t());
  at::addmm_out(y, y, low, adapter.b.t(), 1, adapter.scale);
}

at::Tensor adapter_low_gradient(const Adapter& adapter, const at::Tensor& d_y, Workspace& workspace) {
  at::Tensor d_low = workspace.empty({d_y.size(0), adapter.b.size(1)}, d_y.scalar_type());
  if (fused(adapter, workspace) != nullptr) return at::addmm_out(d_low, d_low, d_y, adapter.b, 0, adapter.scale);
  at::mm_out(d_low, d_y, adapter.b);
  return d_low.mul_(adapter.scale);
}

void adapter_weight_gradients(const Adapter& adapter, const at::Tensor& x, const Dropout& dropout, const at::Tensor& low,
                              const at::Tensor& d_y, const at::Tensor& d_low, const at::Tensor& dense, Workspace& workspace) {
  const at::Tensor d_a = gradient_at(dense, adapter.a_offset, adapter.a);
  const at::Tensor d_b = gradient_at(dense, adapter.b_offset, adapter.b);
  if (DeviceKernels* const kernels = fused(adapter, workspace)) {  // whose `low` holds the scale
    weight_gradient(d_y.t(), low, 1, false, d_b, workspace);
    kernels->adapter_a_gradient({.rows = x.size(0),
                                 .width = x.size(1),
                                 .rank = low.size(1),
                                 .dropout = dropout,
                                 .x = data<BFloat16>(x),
                                 .d_low = data<BFloat16>(d_low),
                                 .adds = adapter.adds_to_a,
                                 .d_a = data<float>(d_a)});
    return;
  }
  weight_gradient(d_y.t(), low, adapter.scale, false, d_b, workspace);
  const Workspace::Scope scope(workspace);
  const at::Tensor dropped = dropped_input(x, dropout, workspace);
  weight_gradient(d_low.t(), dropped, 1, adapter.adds_to_a, d_a, workspace);
}

void adapter_input_gradient(const Adapter& adapter, const Dropout& dropout, const at::Tensor& d_low, at::Tensor& d_x,
                            Workspace& workspace) {
  if (DeviceKernels* const kernels = fused(adapter, workspace)) {
    kernels->adapter_input_gradient({.rows = d_x.size(0),
                                     .width = d_x.size(1),
                                     .rank = d_low.size(1),
                                     .dropout = dropout,
                                     .d_low = data<BFloat16>(d_low),
                                     .a = data<BFloat16>(adapter.a),
                                     .d_x = data<BFloat16>(d_x)});
    return;
  }
  if (!dropout.active()) {
    at::addmm_out(d_x, d_x, d_low, adapter.a);
    return;
  }
  const Workspace::Scope scope(workspace);
  at::Tensor d_dropped = workspace.empty(d_x.sizes(), d_x.scalar_type());
  at::mm_out(d_dropped, d_low, adapter.a);
  with_element_type(d_x, [&]<typename T>() {
    workspace.kernels().add_dropped_rows(dropout, d_x.size(0), d_x.size(1), data<T>(d_dropped), data<T>(d_x));
  });
}

}  // namespace agsweep
