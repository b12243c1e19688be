#pragma once

#include <string>
#include <vector>

#include "base/error.hpp"  // ExitCode
#include "orchestrator/training/run_plan.hpp"
#include "workers/comm/session.hpp"

namespace agsweep {

/// Trains over all ranks what the run's folder does not hold yet, and prints the result. Collective over the job.
/// @param command_line  agsweep and all that follows, for messages and for result.json
/// @param options       the train options of the command line
/// @return done, or checkpointed after a signal
ExitCode run_training(Session& session, const std::vector<std::string>& command_line, const TrainArgs& args, const AskedOptions& options);

}  // namespace agsweep
