#pragma once

#include "orchestrator/commands/command.hpp"
#include "orchestrator/sweep/sweep_plan.hpp"

namespace agsweep {

/// Runs a sweep over all ranks, from its folder's state to its end or a signal. Collective over the job.
/// @param options  the train options of the command line
/// @return done, trials_failed, or checkpointed
ExitCode run_sweep(const Invocation& call, const SweepArgs& args, const AskedOptions& options);

}  // namespace agsweep
