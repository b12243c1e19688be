#include "slurm/queue.hpp"

#include <unistd.h>  // environ

#include <algorithm>  // std::ranges::all_of, std::ranges::none_of
#include <array>
#include <chrono>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/run_program.hpp"

namespace agsweep {

namespace {

constexpr std::string_view unknown_job = "Invalid job id specified";

/// This process's environment without the variables that begin so.
std::vector<std::string> environment_without(std::span<const std::string_view> prefixes) {
  std::vector<std::string> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (std::ranges::none_of(prefixes, [&](std::string_view prefix) { return text.starts_with(prefix); })) kept.emplace_back(text);
  }
  return kept;
}

/// A person's own filters of squeue: a job that is not shown would count as none.
constexpr std::array<std::string_view, 1> filters = {"SQUEUE_"};

/// @param without  variables of the environment, by how they begin
ProgramResult run(const std::vector<std::string>& command, std::span<const std::string_view> without = filters) {
  try {
    return run_program(command, {}, std::chrono::minutes(1), environment_without(without));
  } catch (const CannotStart& error) {
    throw RunTimeError("{}; SLURM's commands must be on PATH: is this a login node of the cluster?", error.what());
  }
}

/// "sbatch: error: invalid partition" as one line.
RunTimeError failure(const std::vector<std::string>& command, const ProgramResult& result) {
  std::string said = result.messages.empty() ? result.output : result.messages;
  while (!said.empty() && said.back() == '\n') said.pop_back();
  std::string line;
  for (const char c : said) line += c == '\n' ? std::string("; ") : std::string(1, c);
  return RunTimeError("{} failed (exit status {}): {}", command.front(), result.status, line);
}

std::string output_of(const std::vector<std::string>& command, std::span<const std::string_view> without = filters) {
  const ProgramResult result = run(command, without);
  if (result.status != 0) throw failure(command, result);
  return result.output;
}

}  // namespace

std::string submit_job(const std::filesystem::path& script, const std::vector<std::string>& options) {
  std::vector<std::string> command = {"sbatch", "--parsable"};
  command.insert(command.end(), options.begin(), options.end());
  command.push_back(script.string());
  // SBATCH_WAIT would keep the answer back; the others are of a job that submits this one, which would take them for its own.
  constexpr std::array<std::string_view, 6> foreign = {"SBATCH_WAIT=",         "SBATCH_ARRAY_INX=",    "SLURM_ARRAY_",
                                                       "SLURM_RESTART_COUNT=", "SLURM_CPUS_PER_TASK=", "SLURM_TRES_PER_TASK="};
  return parse_sbatch(output_of(command, foreign));
}

void cancel_job(const std::string& id) { output_of({"scancel", id}); }

bool srun_has_pmix() {
  const ProgramResult list = run({"srun", "--mpi=list"});
  return lists_pmix(list.output) || lists_pmix(list.messages);  // 22.05 writes the list as messages
}

std::vector<SlurmJob> queued_jobs(std::span<const std::string> ids) {
  if (ids.empty()) return {};
  const std::vector<std::string> command = {"squeue",       "--noheader", fmt::format("--jobs={}", fmt::join(ids, ",")),
                                            "--states=all", "--Format",   squeue_columns};
  const ProgramResult result = run(command);
  if (result.status == 0) return parse_squeue(result.output);
  if (result.messages.find(unknown_job) != result.messages.npos)
    return {};  // of one job that was forgotten; of several it names the others
  throw failure(command, result);
}

std::vector<SlurmJob> accounted_jobs(std::span<const std::string> ids) {
  if (ids.empty()) return {};
  try {
    const ProgramResult result = run({"sacct", "--allocations", "--noheader", "--parsable2", "--duplicates",
                                      fmt::format("--format={}", sacct_columns), fmt::format("--jobs={}", fmt::join(ids, ","))});
    return result.status == 0 ? parse_sacct(result.output) : std::vector<SlurmJob>();
  } catch (const RunTimeError&) {
    return {};
  }
}

bool job_has_ended(const std::string& id) try {
  const std::vector<SlurmJob> jobs = queued_jobs({&id, 1});
  return !jobs.empty() && std::ranges::all_of(jobs, [](const SlurmJob& job) { return is_final(job.state); });
} catch (const RunTimeError&) {
  return false;
}

}  // namespace agsweep
