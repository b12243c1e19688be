#include "orchestrator/torch/torch_commands.hpp"

extern "C" const agsweep::TorchCommands* agsweep_torch_commands() {
  static constexpr agsweep::TorchCommands commands{
      .confirm = agsweep::run_confirm,
      .embed = agsweep::run_embed,
      .evaluate = agsweep::run_evaluate,
      .predict = agsweep::run_predict,
      .replay = agsweep::replay_run,
      .reproduce = agsweep::run_reproduce,
      .sweep = agsweep::run_sweep,
      .train = agsweep::run_training,
  };
  return &commands;
}
