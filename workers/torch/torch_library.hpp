#pragma once

#include "workers/train/measure_inference.hpp"
#include "workers/train/measure_step.hpp"
#include "workers/train/predict.hpp"
#include "workers/train/principal_components.hpp"
#include "workers/train/train.hpp"

namespace agsweep {

/// What computes with LibTorch: the part of workers/ that is libagsweep_torch.so. To load it takes a third of a second, so a command opens
/// it when it is about to compute, and first looks at what it was given.
struct TorchLibrary {
  decltype(agsweep::make_shared_weights)* make_shared_weights;
  decltype(agsweep::measure_inference)* measure_inference;
  decltype(agsweep::measure_step)* measure_step;
  decltype(agsweep::predict)* predict;
  decltype(agsweep::principal_plane)* principal_plane;
  decltype(agsweep::train)* train;
  decltype(agsweep::try_start)* try_start;
};

/// Opens the library, which stays open. @throws RunTimeError where it is missing, or not of this program
TorchLibrary open_torch_library();

}  // namespace agsweep

/// What the library exports.
extern "C" const agsweep::TorchLibrary* agsweep_torch_library();
