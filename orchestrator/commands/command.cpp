#include "orchestrator/commands/command.hpp"

namespace agsweep {

std::vector<Command> commands() {
  return {
      prepare_command(),    train_command(),       init_command(),      sweep_command(),   submit_command(),  status_command(),
      stop_command(),       enqueue_command(),     aggregate_command(), report_command(),  confirm_command(), compare_command(),
      reproduce_command(),  evaluate_command(),    predict_command(),   embed_command(),   replay_command(),  export_command(),
      fetch_command(),      random_gpt2_command(), doctor_command(),    version_command(), help_command(),    man_command(),
      completion_command(), options_command(),
  };
}

}  // namespace agsweep
