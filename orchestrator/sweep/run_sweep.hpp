#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"  // ExitCode
#include "orchestrator/sweep/sweep_plan.hpp"
#include "workers/comm/session.hpp"

namespace agsweep {

/// Runs a sweep over all ranks, from its folder's state to its end or a signal. Collective over the job.
/// @param command_line  agsweep and all that follows, for messages and for result.json
/// @param options       the train options of the command line
/// @return done, trials_failed, or checkpointed
ExitCode run_sweep(Session& session, const std::vector<std::string>& command_line, const SweepArgs& args, const AskedOptions& options);

}  // namespace agsweep
