#include "orchestrator/world/start_command.hpp"

#include <unistd.h>  // getpid

#include <algorithm>  // std::equal, std::find
#include <charconv>
#include <cstdlib>  // std::getenv
#include <string_view>

#include "base/shell.hpp"
#include "orchestrator/world/launch.hpp"
#include "orchestrator/world/process_tree.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

/// Whether these words start `command_line`, by themselves or as what a launcher was given. A launcher may have looked up its path.
bool start(const Words& words, const Words& command_line) {
  if (words.size() < command_line.size()) return false;
  const auto own = words.end() - static_cast<std::ptrdiff_t>(command_line.size());
  // Of a job of several programs the last one alone would be seen.
  return std::equal(own + 1, words.end(), command_line.begin() + 1) && fs::path(*own).filename() == fs::path(command_line[0]).filename() &&
         std::find(words.begin(), own, ":") == own;
}

/// The words of the first of the processes from this one upwards that start the command line: mpirun's, or `timeout 8h mpirun ..`.
Words outermost(const fs::path& proc, pid_t pid, const Words& command_line) {
  Words found;
  for (; pid > 0; pid = parent_of(proc, pid)) {
    if (Words words = words_of(proc, pid); start(words, command_line)) found = std::move(words);
  }
  return found;
}

/// srun is no parent of its tasks. Empty where none on this machine started the command line, or several have in different ways.
Words outermost_of_srun(const fs::path& proc, const Words& command_line) {
  Words found;
  std::error_code unreadable;
  for (const fs::directory_entry& entry : fs::directory_iterator(proc, unreadable)) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    std::from_chars(name.data(), name.data() + name.size(), pid);
    if (pid <= 0 || process_file(proc, pid, "comm") != "srun\n" || !start(words_of(proc, pid), command_line)) continue;
    Words words = outermost(proc, pid, command_line);
    if (!found.empty() && words != found) return {};
    found = std::move(words);
  }
  return found;
}

Words start_words(const ProcessOrigin& origin, const Words& command_line) {
  if (origin.in_batch_job) return {};
  if (origin.starter == ProcessOrigin::Starter::srun) return outermost_of_srun(origin.proc, command_line);
  if (origin.starter == ProcessOrigin::Starter::mpirun) return outermost(origin.proc, mpirun_above(origin.proc, origin.pid), command_line);
  Words words = outermost(origin.proc, origin.pid, command_line);
  return words.empty() ? command_line : words;  // empty where there is no /proc
}

}  // namespace

ProcessOrigin process_origin() {
  ProcessOrigin origin{.pid = ::getpid()};
  const auto has = [](const char* name) { return std::getenv(name) != nullptr; };
  const bool in_job = has("SLURM_JOB_ID");
  if (launched_by_mpirun()) {
    origin.starter = ProcessOrigin::Starter::mpirun;
  } else if (in_job && has("SLURM_STEP_ID")) {
    origin.starter = ProcessOrigin::Starter::srun;
  }
  const char* const environment = std::getenv("ENVIRONMENT");  // sbatch sets it for its script
  origin.in_batch_job = in_job && environment != nullptr && std::string_view(environment) == "BATCH";
  if (const char* const line = std::getenv("AGSWEEP_SUBMITTED_AS"); in_job && line != nullptr) origin.submitted_as = line;
  return origin;
}

std::string resume_command(const ProcessOrigin& origin, const std::vector<std::string>& command_line) {
  if (!origin.submitted_as.empty()) return origin.submitted_as;  // its script has --resume
  const bool resumed = std::find(command_line.begin(), command_line.end(), "--resume") != command_line.end();
  Words words = start_words(origin, command_line);
  if (words.empty()) return resumed ? "the command you started with" : "the command you started with, and --resume";
  if (!resumed) words.emplace_back("--resume");
  return shell_command(words);
}

}  // namespace agsweep
