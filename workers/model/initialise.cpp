#include <cmath>

#include "base/philox.hpp"
#include "workers/model/parameters.hpp"
#include "workers/random_normal.hpp"

namespace agsweep {

namespace {

void fill_uniform(PhiloxStream stream, double bound, std::span<float> values) {
  for (float& value : values) value = static_cast<float>(bound * (2 * stream.next_unit() - 1));
}

}  // namespace

at::Tensor initial_values(const ParameterLayout& layout, std::uint64_t seed) {
  at::Tensor flat = at::zeros({layout.total()}, at::kFloat);
  for (const ParameterSpec& spec : layout.specs()) {
    const std::span<float> values = layout.floats(flat, spec);
    switch (spec.initial) {
      case Initial::zeros:
        std::fill(values.begin(), values.end(), 0.0F);
        break;
      case Initial::ones:
        std::fill(values.begin(), values.end(), 1.0F);
        break;
      case Initial::normal:
        fill_normal(stream_of_name(seed, spec.name), spec.std, values);
        break;
      case Initial::xavier_uniform:
        // Glorot and Bengio 2010
        fill_uniform(stream_of_name(seed, spec.name), std::sqrt(6.0 / static_cast<double>(spec.shape[0] + spec.shape[1])), values);
        break;
      case Initial::kaiming_uniform:
        fill_uniform(stream_of_name(seed, spec.name), 1 / std::sqrt(static_cast<double>(spec.shape[1])), values);
        break;
    }
  }
  return flat;
}

}  // namespace agsweep
