#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "slurm/answers.hpp"

namespace agsweep {

/// The job ids of a folder's submissions, oldest first: of each slurm/job-ID.sh. @throws DataError when the folder cannot be read
std::vector<std::string> submitted_jobs(const std::filesystem::path& folder);

/// What SLURM says of a folder's jobs, those that it has forgotten left out. Tasks of arrays one by one.
/// @throws DataError when the folder cannot be read; RunTimeError when SLURM does not answer
std::vector<SlurmJob> jobs_of(const std::filesystem::path& folder);

}  // namespace agsweep
