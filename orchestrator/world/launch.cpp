#include "orchestrator/world/launch.hpp"

#include <array>
#include <cstdlib>  // std::getenv

#include "base/program_path.hpp"
#include "base/shell.hpp"
#include "base/system.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

// Under mpirun SLURM_PROCID is its daemon's, so it comes last.
constexpr std::array rank_variables = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "SLURM_PROCID"};

}  // namespace

int launched_rank() {
  for (const char* name : rank_variables) {
    if (std::getenv(name) != nullptr) return static_cast<int>(environment_number(name));
  }
  return 0;
}

bool launched_by_mpirun() { return std::getenv("OMPI_COMM_WORLD_RANK") != nullptr; }

std::string unlaunched_command(const std::vector<std::string>& command_line) {
  std::vector<std::string> words = {"env"};
  for (const char* name : rank_variables) {
    if (std::getenv(name) == nullptr) continue;
    words.emplace_back("-u");
    words.emplace_back(name);
  }
  words.insert(words.end(), command_line.begin(), command_line.end());
  return shell_command(words);
}

fs::path default_tokenizer_folder() {
  std::error_code failed;
  const fs::path folder = program_path().parent_path();
  const fs::path installed = (folder / "../share/agsweep/gpt2").lexically_normal();
  const fs::path in_source_tree = (folder / "../../.deps/gpt2").lexically_normal();  // of build/PRESET/agsweep
  return !fs::exists(installed, failed) && fs::exists(in_source_tree, failed) ? in_source_tree : installed;
}

}  // namespace agsweep
