#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace agsweep {

/// This process's rank as its launcher's environment says it, without MPI; 0 where nobody launched it.
int launched_rank();

/// Whether mpirun started this process (rather than srun, or a person).
bool launched_by_mpirun();

/// What a person types so that a command of rank 0 runs in this process although a launcher started it as another rank.
std::string unlaunched_command(const std::vector<std::string>& command_line);

/// Where GPT-2's tokenizer files stand: in share/agsweep/gpt2 of the prefix that the program is installed in, or in the source tree's
/// .deps/gpt2. The first, where neither is there.
std::filesystem::path default_tokenizer_folder();

}  // namespace agsweep
