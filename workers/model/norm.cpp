#include "workers/model/norm.hpp"

#include "workers/model/kernel_views.hpp"

namespace agsweep {

NormTape norm_forward(const Norm& norm, const at::Tensor& residual, const at::Tensor& update, const Dropout& dropout, at::ScalarType type,
                      Workspace& workspace) {
  const std::int64_t rows = residual.size(0);
  const std::int64_t width = residual.size(1);
  NormTape tape{.residual = update.defined() ? workspace.empty({rows, width}, at::kFloat) : residual,
                .normed = workspace.empty({rows, width}, type),
                .mean = workspace.empty({rows}, at::kFloat),
                .inverse_std = workspace.empty({rows}, at::kFloat),
                .dropout = dropout,
                .updated = update.defined()};
  with_element_type(type, [&]<typename Act>() {
    workspace.kernels().residual_norm_forward(ResidualNormForward<Act>{.rows = rows,
                                                                       .width = width,
                                                                       .residual_in = data<float>(residual),
                                                                       .update = update.defined() ? data<Act>(update) : nullptr,
                                                                       .dropout = dropout,
                                                                       .residual_out = data<float>(tape.residual),
                                                                       .weight = data<float>(norm.weight),
                                                                       .bias = data<float>(norm.bias),
                                                                       .normed = data<Act>(tape.normed),
                                                                       .mean = data<float>(tape.mean),
                                                                       .inverse_std = data<float>(tape.inverse_std),
                                                                       .epsilon = norm.epsilon});
  });
  return tape;
}

void norm_backward(const Norm& norm, const NormTape& tape, const at::Tensor& d_normed, const at::Tensor& d_residual,
                   const at::Tensor& d_update, const at::Tensor& dense, Workspace& workspace) {
  const bool trained = norm.weight_offset != frozen;
  with_element_type(d_normed, [&]<typename Act>() {
    workspace.kernels().residual_norm_backward(
        ResidualNormBackward<Act>{.rows = tape.residual.size(0),
                                  .width = tape.residual.size(1),
                                  .residual = data<float>(tape.residual),
                                  .mean = data<float>(tape.mean),
                                  .inverse_std = data<float>(tape.inverse_std),
                                  .weight = data<float>(norm.weight),
                                  .d_normed = data<Act>(d_normed),
                                  .d_residual = data<float>(d_residual),
                                  .dropout = tape.dropout,
                                  .d_update = d_update.defined() ? data<Act>(d_update) : nullptr,
                                  .d_weight = trained ? data<float>(dense) + norm.weight_offset : nullptr,
                                  .d_bias = trained ? data<float>(dense) + norm.bias_offset : nullptr});
  });
}

}  // namespace agsweep
