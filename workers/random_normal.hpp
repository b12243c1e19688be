#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/philox.hpp"

namespace agsweep {

/// A tensor's own stream of a seed, numbered by the first 64 bits of its name's SHA-256: its start values do not depend on which other
/// tensors there are, or on their order.
PhiloxStream stream_of_name(std::uint64_t seed, std::string_view name);

/// Fills `values` with draws from N(0, std^2).
void fill_normal(PhiloxStream stream, double std, std::span<float> values);

}  // namespace agsweep
