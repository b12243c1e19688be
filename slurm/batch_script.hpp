#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>  // std::pair
#include <vector>

#include "base/enum_words.hpp"

namespace agsweep {

enum class Launcher { srun, mpirun };
template <>
inline constexpr auto enum_words<Launcher> = std::to_array<std::string_view>({"srun", "mpirun"});

/// A batch job that trains, is asked to stop, puts itself back into the queue and goes on, until the work is done.
struct BatchJob {
  std::string name;               // in the queue
  std::filesystem::path folder;   // absolute: what the command writes into; its folder slurm/ must be there when the job starts
  std::filesystem::path started;  // absolute: where relative paths of the command begin
  /// Further options of sbatch, key and value, in this order; no value: a flag.
  std::vector<std::pair<std::string, std::string>> options;
  std::int64_t array = 0;                 // tasks, each with a part of the work in FOLDER/part-0, ..; 0: no array
  std::int64_t signal_lead = 0;           // seconds before the limit at which the ranks are asked to write checkpoints
  std::int64_t cpus_per_task = 0;         // 0: as SLURM has it
  std::int64_t most_requeues = 0;         // of this job
  std::vector<std::string> setup;         // shell lines before the launch
  Launcher launcher = Launcher::srun;     // mpirun where srun has no PMIx
  std::vector<std::string> command;       // program, command and its options, but for --out and --resume
  std::vector<std::string> submitted_as;  // the command line that made this script
};

/// The script, for sbatch: it needs bash and SLURM's commands, and no other file of agsweep's than the program.
///
/// Its output goes to FOLDER/slurm/job-ID.out. It exits with the command's status, or 85 when it is put back into the queue.
/// @throws RunTimeError for a folder whose path sbatch cannot be told, or a text with a line break where there can be none
std::string batch_script(const BatchJob& job);

/// The script's options that have a value, and --requeue, for sbatch's command line: "--time=60". A flag that should have had a value would
/// take the script's name for it there.
std::vector<std::string> sbatch_words(const BatchJob& job);

/// A text that squeue, accounting and log files show as it is: other characters than letters, digits, dot, dash and underscore become
/// underscores.
std::string job_name(const std::string& text);

}  // namespace agsweep
