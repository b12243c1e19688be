#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "orchestrator/options/option_table.hpp"
#include "slurm/batch_script.hpp"  // Launcher

namespace agsweep {

/// What `agsweep submit` takes before the command, and a spec's table [slurm] with underscores for dashes.
struct SubmitArgs {
  std::int64_t nodes = 1;
  std::int64_t ntasks_per_node = 1;
  std::int64_t gpus_per_node = 0;
  std::string time = {};
  std::string partition = {};
  std::string account = {};
  std::string mem = {};
  std::int64_t signal = 120;  // seconds
  std::int64_t array = 0;
  std::int64_t max_requeues = 100;
  Launcher launcher = Launcher::srun;
  std::filesystem::path image = {};
  std::vector<std::string> setup = {};
  std::vector<std::string> sbatch_option = {};
  bool dry_run = false;
};

const OptionTable<SubmitArgs>& submit_options();

/// The table [slurm] of a spec; nothing where it has none.
/// @param name_for_errors  the spec's path
/// @throws UsageError that names file, line, column and key
AskedOptions slurm_table(const std::filesystem::path& name_for_errors, std::string_view text);

/// What --sbatch-option says: "constraint=h100" is {"constraint", "h100"}, "exclusive" a flag.
/// @throws UsageError for one that this program sets itself
std::pair<std::string, std::string> sbatch_option(const std::string& text);

}  // namespace agsweep
