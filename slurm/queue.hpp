#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "slurm/answers.hpp"

namespace agsweep {

// SLURM's commands, run without a shell. Each function throws RunTimeError with SLURM's own words when a command fails or is not on PATH.

/// Puts a batch script into the queue.
/// @param options  the script's own, "--time=60": on the command line they go before what SBATCH_* in the environment says
/// @return the job's id
std::string submit_job(const std::filesystem::path& script, const std::vector<std::string>& options);

void cancel_job(const std::string& id);

/// Whether srun can start an MPI job by PMIx.
bool srun_has_pmix();

/// Those of the jobs, and of the tasks of arrays among them, that SLURM still knows: some minutes longer than they run.
/// @param ids  numbers of jobs
std::vector<SlurmJob> queued_jobs(std::span<const std::string> ids);

/// What the accounting says of jobs; nothing where a cluster has none.
std::vector<SlurmJob> accounted_jobs(std::span<const std::string> ids);

/// Whether SLURM says that a job or an array's task ("12_3") has ended. False where it does not answer, or does not know the job: it may be
/// another cluster's, or hidden from this user.
bool job_has_ended(const std::string& id);

}  // namespace agsweep
