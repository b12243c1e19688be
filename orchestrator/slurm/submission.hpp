#pragma once

#include <functional>
#include <string>
#include <vector>

#include "orchestrator/slurm/submit_options.hpp"
#include "slurm/batch_script.hpp"

namespace agsweep {

/// What follows -- on submit's command line.
struct SubmittedCommand {
  std::vector<std::string> words;  // "sweep" or "train", and its options as they were written
  AskedOptions asked;              // the same options, checked one by one
};

/// Tells a person something.
using Message = std::function<void(const std::string&)>;

/// The batch job that runs a command. What is wrong with the command or does not fit together shows now, not after a night in the queue.
/// Writes nothing.
/// @param command_line  agsweep and all that follows
/// @param options       of submit, as its command line has them: each takes the place of [slurm]'s in the sweep's spec
/// @throws UsageError, and what reading a spec throws
BatchJob plan_submission(const std::vector<std::string>& command_line, const AskedOptions& options, const SubmittedCommand& command,
                         const Message& message);

/// Writes the script to FOLDER/slurm/job-ID.sh and submits it. @return the job's id
/// @throws RunTimeError, naming job or process, while another one works on the folder or waits to, and where SLURM refuses the job
std::string submit(const BatchJob& job, const Message& message);

}  // namespace agsweep
