#include "slurm/batch_script.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/shell.hpp"

namespace agsweep {

namespace {

/// Control characters end a directive or a comment, or hide in it.
void require_one_line(const std::string& text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') {
      throw RunTimeError("{}: a control character cannot stand in a batch script", shell_word(text));
    }
  }
}

/// A value as sbatch reads it in a script: within double quotes a backslash takes the next character as it is.
std::string directive_value(const std::string& value) {
  require_one_line(value);
  if (shell_word(value) == value) return value;
  std::string quoted = "\"";
  for (const char c : value) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return quoted + "\"";
}

/// Where the job's output goes. In the names of files sbatch takes % for the begin of a pattern, and a backslash for "no patterns here".
std::string output_pattern(const BatchJob& job) {
  const std::string folder = job.folder.string();
  if (folder.find('\\') != folder.npos) throw RunTimeError("{}: sbatch cannot write to a folder with a backslash in its name", folder);
  std::string pattern;
  for (const char c : folder) pattern += c == '%' ? std::string("%%") : std::string(1, c);
  return fmt::format("{}/slurm/job-{}.out", pattern, job.array > 0 ? "%A_%a" : "%j");
}

/// sbatch's options, key and value; no value: a flag.
std::vector<std::pair<std::string, std::string>> options_of(const BatchJob& job) {
  std::vector<std::pair<std::string, std::string>> all = {
      {"job-name", job.name},  {"output", output_pattern(job)},
      {"open-mode", "append"},  // or a requeue would empty it
      {"requeue", ""},         {"signal", fmt::format("B:USR2@{}", job.signal_lead)},
  };
  if (job.array > 0) all.emplace_back("array", fmt::format("0-{}", job.array - 1));
  if (job.cpus_per_task > 0) all.emplace_back("cpus-per-task", fmt::format("{}", job.cpus_per_task));
  all.insert(all.end(), job.options.begin(), job.options.end());
  return all;
}

std::string directives(const BatchJob& job) {
  std::string text;
  for (const auto& [key, value] : options_of(job)) {
    text += value.empty() ? fmt::format("#SBATCH --{}\n", key) : fmt::format("#SBATCH --{}={}\n", key, directive_value(value));
  }
  return text;
}

/// Words of a command, an option and its value a line.
std::string on_lines(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool starts_line = i > 0 && words[i].starts_with("--");
    text += starts_line ? " \\\n    " : i > 0 ? " " : "";
    text += shell_word(words[i]);
  }
  return text;
}

std::string launch(const BatchJob& job) {
  // Ranks share the CPUs of their task; mpirun would bind each to one core.
  const char* const start = job.launcher == Launcher::srun ? "srun --mpi=pmix --kill-on-bad-exit=1" : "mpirun --bind-to none";
  const std::string share = job.array > 0 ? fmt::format(" \\\n    --part \"$SLURM_ARRAY_TASK_ID/{}\"", job.array) : "";
  return fmt::format("code=85\nif [ -z \"$asked\" ]; then\n  {} \\\n    {}{} \\\n    --out \"$folder\" --resume &\n", start,
                     on_lines(job.command), share);
}

constexpr const char* explanation =
    R"bash(# Trains until the work is done. When the time limit is near, or SLURM takes the nodes for another job, the ranks write
# checkpoints and exit with 85; this script then puts the job back into the queue, and it goes on from there.
)bash";

constexpr const char* functions = R"bash(
say() { printf '%s job %s: %s\n' "$(date -u +%FT%TZ)" "$job" "$*" >&2; }

give_up() {
  say "$*"
  exit 1
}

# The training steps that stand in the folder.
steps() { find "$folder" -name steps.csv -type f -exec tail -q -n +2 {} + | wc -l; }

# Whether the folder has no step more than when the job started last, and the time before: it would not get further now.
is_stuck() { [ "$(tail -n 2 "$starts" | grep -cx "$(steps)")" = 2 ]; }
stuck="requeued twice without a new training step, so not once more: see above for why, or give the job more time"

# SLURM asks for checkpoints by a signal to this script alone: it is passed on, again and again, since what starts the ranks loses it
# until they run.
asked='' caught='' step=''
# shellcheck disable=SC2317  # the trap calls them
pass_on() { while kill -USR2 "$step" 2>/dev/null; do sleep 2; done; }
# shellcheck disable=SC2317
stop() {
  caught=yes
  [ -z "$asked" ] || return 0
  asked=yes
  say "asked to stop: the ranks write checkpoints"
  [ -z "$step" ] || pass_on &
}
trap stop USR2 TERM

# A state that squeue does not tell is asked for again: a cancelled job that took no answer for RUNNING would come back to life.
state_of_job() {
  local state tries
  for ((tries = 0; tries < 24; ++tries)); do
    state=$(squeue --noheader --states=all --jobs="$job" --format=%T)
    [ -z "$state" ] || break
    sleep 5
  done
  echo "$state"
}

# Whether SLURM is taking the nodes away: it tells that to the steps alone, which mpirun's daemons are.
is_preempted() { [ "$launcher" = mpirun ] && case $(squeue --noheader --states=all --jobs="$job" --Format=PreemptTime) in *:*) ;; *) false ;; esac; }

# Puts the job back into the queue; a controller that does not answer is asked again.
requeue() {
  local answer
  until answer=$(scontrol requeue "$job" 2>&1); do
    say "$answer"
    case $answer in
      *'timed out'* | *'contact slurm controller'* | *onnection* | *'Zero Bytes'* | *standby*) sleep 5 ;;
      *) return 1 ;;
    esac
    # It may have been cancelled meanwhile, or put back by what was not answered.
    case $(state_of_job) in RUNNING | SIGNALING) ;; *) return 1 ;; esac
  done
}

[ -d "$records" ] || give_up "$records is missing on $(hostname): it must be on a file system that all nodes share"
{ mkdir -p "$folder" && : >>"$starts"; } || give_up "cannot write to $out"
[ -e "$records/job-${job%%_*}.sh" ] || cp -- "$0" "$records/job-${job%%_*}.sh"  # submitted by hand, or by an sbatch that lost the answer
! is_stuck || give_up "$stuck"
steps >>"$starts"
rm -f "$folder/stopped"
)bash";

constexpr const char* wait_and_requeue = R"bash(  step=$!
  [ -z "$asked" ] || pass_on &
  # A signal ends a wait early.
  until caught='' && wait "$step"; code=$?; [ -z "$caught" ]; do :; done
fi

# Ranks that were asked to stop before they could hear it were ended by the signal, or mpirun lost them with their nodes.
if [ "$code" != 85 ] && ! { [ "$code" -gt 128 ] && { [ -n "$asked" ] || is_preempted; }; }; then exit "$code"; fi

# Somebody wanted the end: agsweep stop, or the sweep's time budget.
if [ -s "$folder/stopped" ]; then
  say "$(cat "$folder/stopped"), so not requeued; submit it again to go on"
  exit 85
fi

# One that was cancelled, or has passed its limit, is ending by now and stays so.
state=$(state_of_job)
case $state in
  RUNNING | SIGNALING) ;;
  '')
    say "SLURM does not tell the job's state, so not requeued; submit it again to go on"
    exit 85
    ;;
  *)
    say "the job is $state, so not requeued by this script: SLURM ends it, or has put it back itself; submit it again where it has not"
    exit 85
    ;;
esac
! is_stuck || give_up "$stuck"
if [ "${SLURM_RESTART_COUNT:-0}" -ge "$most_requeues" ]; then
  say "requeued $most_requeues times, so not once more; submit it again to go on"
elif requeue; then
  say "requeued"
else
  say "not requeued by this script; submit it again to go on, unless agsweep status tells that it waits"
fi
exit 85
)bash";

}  // namespace

std::string batch_script(const BatchJob& job) {
  for (const std::string& word : job.submitted_as) require_one_line(word);
  std::string text = fmt::format("#!/bin/bash\n{}\n{}# Submitted as: {}\n", directives(job), explanation, shell_command(job.submitted_as));
  text += "\nunset \"${!SQUEUE_@}\"     # a person's own filters, with which squeue would not show this job\n";
  text += "unset SLURM_EXPORT_ENV  # with --export=NONE; or the ranks would get nothing of what is set below\n";
  if (job.array == 0) text += "unset \"${!SLURM_ARRAY_@}\"  # of a job that has submitted this one\n";
  text += fmt::format("\nout={}\n", shell_word(job.folder.string()));
  text += job.array > 0 ? "folder=$out/part-$SLURM_ARRAY_TASK_ID\n" : "folder=$out\n";
  text += job.array > 0 ? "job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID\n" : "job=$SLURM_JOB_ID\n";
  text += "records=$out/slurm\n";
  text += "starts=$records/job-$job.starts  # a line for each start of this job: the steps that stood in the folder\n";
  text += fmt::format("most_requeues={}\nlauncher={}\n", job.most_requeues, to_word(job.launcher));
  text += functions;
  text += fmt::format("\ncd -- {} || give_up \"the folder that the job was submitted from is missing on $(hostname)\"\n",
                      shell_word(job.started.string()));
  text += fmt::format(
      "# shellcheck disable=SC1003  # a quoted word within a quoted line\n"
      "export AGSWEEP_SUBMITTED_AS={}  # what the program says goes on with it\n",
      shell_word(shell_command(job.submitted_as)));
  for (const std::string& line : job.setup) text += line + "\n";
  // srun has not asked for it by itself since 22.05.
  text += "[ -z \"${SLURM_CPUS_PER_TASK-}\" ] || export SRUN_CPUS_PER_TASK=$SLURM_CPUS_PER_TASK\n";
  text += launch(job);
  text += wait_and_requeue;
  return text;
}

std::vector<std::string> sbatch_words(const BatchJob& job) {
  std::vector<std::string> words;
  for (const auto& [key, value] : options_of(job)) {
    if (!value.empty()) words.push_back(fmt::format("--{}={}", key, value));
  }
  words.emplace_back("--requeue");
  return words;
}

std::string job_name(const std::string& text) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.";
  std::string name;
  for (const char c : text) name += plain.find(c) == plain.npos ? '_' : c;
  return name;
}

}  // namespace agsweep
