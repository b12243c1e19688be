#pragma once

#include <sys/types.h>  // pid_t

#include <filesystem>
#include <string>
#include <vector>

namespace agsweep {

/// How this process came to be, as the system tells it.
struct ProcessOrigin {
  enum class Starter { person, mpirun, srun };

  std::filesystem::path proc = "/proc";
  pid_t pid = 0;
  Starter starter = Starter::person;
  bool in_batch_job = false;      // of SLURM: nobody typed what its script holds
  std::string submitted_as = {};  // the line of `agsweep submit`, where that made the job
};

/// This process's.
ProcessOrigin process_origin();

/// What a person types to go on with a stopped training: the line that they started it with, the launcher and its options included, and
/// --resume. Where that line cannot be read (the launcher runs on another node, a script stands between) it says "the command you started
/// with, and --resume".
/// @param command_line  of this process
std::string resume_command(const ProcessOrigin& origin, const std::vector<std::string>& command_line);

}  // namespace agsweep
