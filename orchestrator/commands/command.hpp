#pragma once

#include <vector>

#include "orchestrator/manual/command.hpp"

namespace agsweep {

Command prepare_command();
Command train_command();
Command init_command();
Command sweep_command();
Command stop_command();
Command enqueue_command();
Command submit_command();
Command status_command();
Command aggregate_command();
Command report_command();
Command confirm_command();
Command compare_command();
Command evaluate_command();
Command predict_command();
Command embed_command();
Command reproduce_command();
Command replay_command();
Command export_command();
Command fetch_command();
Command random_gpt2_command();
Command doctor_command();
Command version_command();
Command help_command();
Command man_command();
Command completion_command();
Command options_command();

/// All of them, in the order of help.
std::vector<Command> commands();

}  // namespace agsweep
