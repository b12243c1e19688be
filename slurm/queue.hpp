#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "slurm/answers.hpp"

namespace agsweep {

// SLURM's commands, run without a shell. Each function throws RunTimeError with SLURM's own words when a command fails or is not on PATH.

/// Puts a batch script into the queue. @return the job's id
std::string submit_job(const std::filesystem::path& script);

void cancel_job(const std::string& id);

/// Whether srun can start an MPI job by PMIx.
bool srun_has_pmix();

/// Those of the jobs, and of the tasks of arrays among them, that SLURM still knows: some minutes longer than they run.
/// @param ids  numbers of jobs
std::vector<SlurmJob> queued_jobs(std::span<const std::string> ids);

/// What the accounting says of jobs; nothing where a cluster has none.
std::vector<SlurmJob> accounted_jobs(std::span<const std::string> ids);

/// Whether a job or an array's task ("12_3") has surely ended. False where SLURM does not answer.
bool job_has_ended(const std::string& id);

}  // namespace agsweep
