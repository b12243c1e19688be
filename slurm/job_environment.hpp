#pragma once

#include <cstdint>
#include <string>

namespace agsweep {

/// What SLURM's environment says of the job that this process is part of.
struct JobEnvironment {
  std::string id;             // as squeue names it: "12", or "12_3" for a task of an array; empty outside a job
  std::int64_t requeues = 0;  // so far
  std::string node;           // SLURM's name of this node; empty outside a job's steps
  int nodes = 0;              // of the job; 0: not known
  int tasks = 0;              // of the job; 0: not known
  int gpus_on_node = 0;       // given to the job on this node; 0: none, or not known
};

/// This process's.
JobEnvironment job_environment();

}  // namespace agsweep
