#include "slurm/job_environment.hpp"

#include <cstdlib>  // std::getenv
#include <string>

#include "base/system.hpp"  // environment_number

namespace agsweep {

namespace {

std::string text_of(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? "" : text;
}

}  // namespace

JobEnvironment job_environment() {
  JobEnvironment job;
  job.id = text_of("SLURM_JOB_ID");
  if (job.id.empty()) return job;
  // A task of an array has a job id of its own too, but that of the last one is the whole array's.
  if (const std::string array = text_of("SLURM_ARRAY_JOB_ID"); !array.empty()) job.id = array + "_" + text_of("SLURM_ARRAY_TASK_ID");
  job.requeues = environment_number("SLURM_RESTART_COUNT");
  job.node = text_of("SLURMD_NODENAME");
  job.nodes = static_cast<int>(environment_number("SLURM_JOB_NUM_NODES"));
  job.tasks = static_cast<int>(environment_number("SLURM_NTASKS"));
  job.gpus_on_node = static_cast<int>(environment_number("SLURM_GPUS_ON_NODE"));
  return job;
}

}  // namespace agsweep
