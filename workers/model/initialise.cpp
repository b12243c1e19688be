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

void initialise(Parameters& parameters, std::uint64_t seed) {
  for (const ParameterSpec& spec : parameters.layout().specs()) {
    const std::span values(parameters.flat().mutable_data_ptr<float>() + spec.offset, static_cast<std::size_t>(spec.size));
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
  parameters.refresh_compute();
}

}  // namespace agsweep
