#include "orchestrator/world/slurm_check.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "orchestrator/world/launch.hpp"

namespace agsweep {

std::string missing_nodes(const World& world, const JobEnvironment& job) {
  const auto nodes = static_cast<int>(world.hosts().size());
  const auto ranks = static_cast<int>(world.ranks.size());
  // Fewer ranks than the job has tasks are for a part of it.
  if (job.id.empty() || ranks < 2 || ranks != job.tasks || nodes >= job.nodes) return "";
  return fmt::format(
      "SLURM gave this job {} nodes, but mpirun started all {} ranks on {}: it was built without SLURM and sees this node alone; start "
      "them "
      "by srun --mpi=pmix",
      job.nodes, ranks, world.hosts().front());
}

void require_all_nodes(Communicator& comm, const World& world) {
  if (!launched_by_mpirun()) return;
  on_rank_zero(comm, [&] {
    const std::string missing = missing_nodes(world, job_environment());
    if (!missing.empty()) throw UsageError("{}", missing);
  });
}

std::string unfit_devices(const JobEnvironment& job, int visible, const std::string& reason) {
  if (job.gpus_on_node == 0) return "";
  const std::string node = job.node.empty() ? "this node" : fmt::format("node {}", job.node);
  if (visible == 0) {
    return fmt::format(
        "SLURM gave this job {} GPU{} on {}, but none can be used there: {}; ask for none, or give --device cpu to compute on the CPU all "
        "the "
        "same",
        job.gpus_on_node, job.gpus_on_node == 1 ? "" : "s", node, reason);
  }
  if (visible <= job.gpus_on_node) return "";
  return fmt::format(
      "{} shows {} GPUs, but SLURM gave this job {}: the others may be another job's; leave CUDA_VISIBLE_DEVICES as SLURM sets it", node,
      visible, job.gpus_on_node);
}

}  // namespace agsweep
