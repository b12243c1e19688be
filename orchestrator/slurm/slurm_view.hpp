#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "slurm/answers.hpp"

namespace agsweep {

/// The jobs that were submitted for a folder, as SLURM has them now.
struct SlurmView {
  std::vector<SlurmJob> jobs;
  std::string failure;  // why SLURM does not say; empty: it does
};

SlurmView slurm_view(const std::filesystem::path& folder);

/// The first that has not ended, which works on the folder or will; null: none.
const SlurmJob* unfinished_job(const SlurmView& view);

/// A line a job, for a person: "slurm    job 12: PENDING (Priority), requeued 2 times".
std::string slurm_text(const SlurmView& view);

/// A list of {job, state, reason, time_left, requeues}; what SLURM does not say is null.
nlohmann::ordered_json slurm_json(const SlurmView& view);

}  // namespace agsweep
