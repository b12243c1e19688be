#include "workers/train/principal_components.hpp"

#include <algorithm>  // std::max, std::min

#include <ATen/ATen.h>

namespace agsweep {

PlaneView principal_plane(std::span<const float> values, std::size_t width) {
  const auto columns = static_cast<std::int64_t>(width);
  const auto rows = static_cast<std::int64_t>(values.size()) / columns;
  // from_blob takes no const pointer; the copy in double is all that is used.
  at::Tensor x = at::from_blob(const_cast<float*>(values.data()), {rows, columns}, at::kFloat).to(at::kDouble);
  x -= x.mean(0, /*keepdim=*/true);
  const auto [variances, axes] = at::linalg_eigh(at::mm(x.t(), x));  // [width] ascending, [width, width] a column each
  at::Tensor plane = at::zeros({columns, 2}, at::kDouble);           // of one column alone the second axis is none
  const std::int64_t found = std::min<std::int64_t>(2, columns);
  plane.narrow(1, 0, found).copy_(axes.narrow(1, columns - found, found).flip(1));      // [width, 2]
  const at::Tensor largest = plane.gather(0, plane.abs().argmax(0, /*keepdim=*/true));  // [1, 2]
  plane = (plane * largest.sign()).contiguous();
  const at::Tensor projected = at::mm(x, plane).contiguous();  // [rows, 2]

  PlaneView view;
  const double* next = projected.const_data_ptr<double>();
  for (std::int64_t row = 0; row < rows; ++row, next += 2) view.points.push_back({next[0], next[1]});
  const double all = variances.clamp_min(0).sum().item<double>();
  for (std::int64_t axis = 0; axis < found; ++axis) {
    if (all > 0) view.share[static_cast<std::size_t>(axis)] = std::max(variances[columns - 1 - axis].item<double>(), 0.0) / all;
  }
  return view;
}

}  // namespace agsweep
