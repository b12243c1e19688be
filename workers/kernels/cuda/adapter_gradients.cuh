#pragma once

#include <stdexcept>

#include "workers/kernels/cuda/adapter_forward.cuh"
#include "workers/kernels/cuda/scratch_memory.hpp"

namespace agsweep::gpu {

template <typename Act>
void adapter_a_gradient(Stream /*stream*/, ScratchMemory& /*scratch*/, const AdapterWeightGradient<Act>& /*pass*/) {
  throw std::logic_error("not written yet");
}

template <typename Act>
void adapter_input_gradient(Stream /*stream*/, const AdapterInputGradient<Act>& /*pass*/) {
  throw std::logic_error("not written yet");
}

}  // namespace agsweep::gpu
