#pragma once

#include "orchestrator/confirm/run_confirm.hpp"
#include "orchestrator/embedding/run_embed.hpp"
#include "orchestrator/evaluation/run_evaluate.hpp"
#include "orchestrator/prediction/run_predict.hpp"
#include "orchestrator/replay/replay_run.hpp"
#include "orchestrator/reproduce/run_reproduce.hpp"
#include "orchestrator/sweep/run_sweep.hpp"
#include "orchestrator/training/run_training.hpp"

namespace agsweep {

/// The work of the commands that compute, which is in libagsweep_torch.so. Loading LibTorch takes a third of a second; the other commands
/// do not wait for it.
struct TorchCommands {
  decltype(run_confirm)* confirm;
  decltype(run_embed)* embed;
  decltype(run_evaluate)* evaluate;
  decltype(run_predict)* predict;
  decltype(replay_run)* replay;
  decltype(run_reproduce)* reproduce;
  decltype(run_sweep)* sweep;
  decltype(run_training)* train;
};

/// Opens the library, which stays open. @throws RunTimeError where it is missing, or not of this program
TorchCommands torch_commands();

}  // namespace agsweep

/// What the library exports.
extern "C" const agsweep::TorchCommands* agsweep_torch_commands();
