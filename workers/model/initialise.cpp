#include <cmath>
#include <cstdlib>  // std::strtoull
#include <numbers>  // std::numbers::pi

#include "base/philox.hpp"
#include "base/sha256.hpp"
#include "workers/model/parameters.hpp"

namespace agsweep {

namespace {

/// A tensor's own stream: the first 64 bits of its name's SHA-256.
PhiloxStream stream_of(std::uint64_t seed, const std::string& name) {
  const std::string digest = sha256(std::as_bytes(std::span(name)));
  return {seed, std::strtoull(digest.substr(0, 16).c_str(), nullptr, 16)};
}

/// Normal deviates in pairs (Box and Muller 1958).
void fill_normal(PhiloxStream stream, double std, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); i += 2) {
    const double radius = std * std::sqrt(-2 * std::log(1 - stream.next_unit()));
    const double angle = 2 * std::numbers::pi * stream.next_unit();
    values[i] = static_cast<float>(radius * std::cos(angle));
    if (i + 1 < values.size()) values[i + 1] = static_cast<float>(radius * std::sin(angle));
  }
}

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
        fill_normal(stream_of(seed, spec.name), spec.std, values);
        break;
      case Initial::xavier_uniform:
        // Glorot and Bengio 2010
        fill_uniform(stream_of(seed, spec.name), std::sqrt(6.0 / static_cast<double>(spec.shape[0] + spec.shape[1])), values);
        break;
      case Initial::kaiming_uniform:
        fill_uniform(stream_of(seed, spec.name), 1 / std::sqrt(static_cast<double>(spec.shape[1])), values);
        break;
    }
  }
  parameters.refresh_compute();
}

}  // namespace agsweep
