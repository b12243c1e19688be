#include "slurm/queue.hpp"

#include <algorithm>  // std::all_of

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/run_program.hpp"

namespace agsweep {

namespace {

constexpr std::string_view unknown_job = "Invalid job id specified";

ProgramResult run(const std::vector<std::string>& command) {
  try {
    return run_program(command);
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

std::string output_of(const std::vector<std::string>& command) {
  const ProgramResult result = run(command);
  if (result.status != 0) throw failure(command, result);
  return result.output;
}

}  // namespace

std::string submit_job(const std::filesystem::path& script) { return parse_sbatch(output_of({"sbatch", "--parsable", script.string()})); }

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
  return std::all_of(jobs.begin(), jobs.end(), [](const SlurmJob& job) { return is_final(job.state); });
} catch (const RunTimeError&) {
  return false;
}

}  // namespace agsweep
