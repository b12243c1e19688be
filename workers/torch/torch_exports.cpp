#include "workers/torch/torch_library.hpp"

extern "C" const agsweep::TorchLibrary* agsweep_torch_library() {
  static constexpr agsweep::TorchLibrary library{
      .make_shared_weights = agsweep::make_shared_weights,
      .measure_inference = agsweep::measure_inference,
      .measure_step = agsweep::measure_step,
      .predict = agsweep::predict,
      .principal_plane = agsweep::principal_plane,
      .train = agsweep::train,
      .try_start = agsweep::try_start,
  };
  return &library;
}
