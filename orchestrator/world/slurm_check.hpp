#pragma once

#include <string>

#include "orchestrator/world/world.hpp"
#include "slurm/job_environment.hpp"

namespace agsweep {

// Whether a rank finds what SLURM gave its job. Each function returns what is wrong, its usual cause and what helps; empty: nothing.

/// Of a job that mpirun has started: whether its ranks run on all nodes. @param job  of the process that mpirun itself was started beside
std::string missing_nodes(const World& world, const JobEnvironment& job);

/// Collective over comm. @throws UsageError on every rank with what missing_nodes says on rank 0
void require_all_nodes(Communicator& comm, const World& world);

/// @param visible  devices that this rank sees; 0: none
/// @param reason   why it sees none
std::string unfit_devices(const JobEnvironment& job, int visible, const std::string& reason);

}  // namespace agsweep
