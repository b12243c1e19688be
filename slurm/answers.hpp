#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

// What SLURM's commands print or take, taken apart. --json is not there in every version, so none of them is asked for it.

/// A job, or a task of a job array, as squeue or sacct shows it.
struct SlurmJob {
  std::string id;         // "12", "12_3", or "12_[4-7]" for tasks that have not begun
  std::string state;      // "RUNNING", in capital letters
  std::string reason;     // why it waits, or why it ended so; empty: none
  std::string time_left;  // of its limit, as SLURM writes times: "1-02:03:04"; empty: not known
  std::optional<std::int64_t> requeues;
};

/// The job's number in what `sbatch --parsable` prints, whatever a site's own lines say before it.
/// @throws RunTimeError where there is none
std::string parse_sbatch(std::string_view output);

/// The columns that parse_squeue reads, for `squeue --noheader --Format`. They have fixed widths: a reason may hold any character.
constexpr const char* squeue_columns = "JobArrayID:64,State:24,Reason:128,TimeLeft:24,RestartCnt:12";

/// A job a line. @throws RunTimeError for a line of another form
std::vector<SlurmJob> parse_squeue(std::string_view output);

/// The columns that parse_sacct reads, for `sacct --allocations --noheader --parsable2 --format`.
constexpr const char* sacct_columns = "JobID,State,ExitCode";

/// A job a line; a requeued one has its last state. @throws RunTimeError for a line of another form
std::vector<SlurmJob> parse_sacct(std::string_view output);

/// The seconds of a time limit as sbatch takes it (its manual, --time): "90" minutes, "90:00", "1:30:00", "1-12", "1-12:30", "1-12:30:00".
/// SLURM counts whole minutes, rounded up. Nothing for no limit ("0", "UNLIMITED"), and for a text that is none of these.
std::optional<std::int64_t> seconds_of_limit(std::string_view limit);

/// Whether `srun --mpi=list` names PMIx in any version.
bool lists_pmix(std::string_view output);

/// Whether a state is one that a job keeps. A job that is ending (COMPLETING) is still there: its processes may be, too.
bool is_final(std::string_view state);

}  // namespace agsweep
