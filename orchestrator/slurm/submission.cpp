#include "orchestrator/slurm/submission.hpp"

#include <algorithm>  // std::max, std::ranges::any_of
#include <array>
#include <exception>
#include <span>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/program_path.hpp"
#include "base/shell.hpp"
#include "orchestrator/options/resolve.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/slurm/submitted_jobs.hpp"
#include "orchestrator/sweep/sweep_cost.hpp"  // points_to_try
#include "orchestrator/sweep/sweep_plan.hpp"
#include "orchestrator/training/run_inputs.hpp"  // read_training_corpus
#include "orchestrator/training/run_lock.hpp"    // lock_folder, require_no_parts
#include "orchestrator/training/run_plan.hpp"
#include "slurm/queue.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // folders_of_sweep
#include "sweeps/space/read_spec.hpp"          // set_part
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_config.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

std::string text_of(const AskedOptions& asked, std::string_view name) {
  const auto found = asked.find(name);
  return found == asked.end() ? "" : to_text(found->second.value);
}

std::int64_t number_of(const AskedOptions& asked, std::string_view name, std::int64_t standard) {
  const auto found = asked.find(name);
  return found == asked.end() ? standard : std::get<std::int64_t>(found->second.value);
}

/// --threads of a training's options; 0 for "auto".
std::int64_t threads_of(const AskedOptions& options) { return is_given(options, "threads") ? number_of(options, "threads", 0) : 0; }

/// The words without --out, --resume and their values: the script gives its own.
std::vector<std::string> without_folder(const std::vector<std::string>& words) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--resume" || words[i].starts_with("--out=")) continue;
    if (words[i] == "--out") {
      ++i;
    } else {
      kept.push_back(words[i]);
    }
  }
  return kept;
}

/// What the job will be asked for.
SweepArgs sweep_args(const AskedOptions& asked, const fs::path& out) {
  return {.spec = text_of(asked, "spec"), .data = {}, .out = out, .resume = true, .repair = asked.contains("repair")};
}

/// A sweep that is to be submitted, checked as the job itself will check it.
SweepPlan checked_sweep(const AskedOptions& asked) {
  if (asked.contains("dry-run")) throw UsageError("--dry-run: goes before --: it prints the script");
  if (asked.contains("part")) throw UsageError("--part: the tasks of an array have it by themselves; give --array before --");
  const SweepArgs args = sweep_args(asked, text_of(asked, "out"));
  const SweepPlan plan = plan_sweep(args, asked_in(train_options(), asked));
  require_same_sweep(args, plan);
  return plan;
}

/// Of the job's trainings: what `train` or `sweep` would read before it starts them.
struct JobsTrainings {
  fs::path data;
  std::vector<AskedOptions> options;  // of one, or of some of a sweep's configurations: they will do if one does
  std::int64_t ranks = 1;             // of each
};

/// What can be known of them without the job's ranks: whether options fit each other, and the files are good.
void check_trainings(const JobsTrainings& trainings, bool on_gpus, const Message& message) {
  for (const fs::path& path : {trainings.data, filled_config(trainings.options.front()).weights}) {
    if (path.empty() || fs::exists(path)) continue;
    message(fmt::format("warning: {} is not there now; the job needs it when it starts", path.string()));  // a setup line may make it
    return;
  }
  WorldFacts facts{.ranks = static_cast<int>(trainings.ranks),
                   .train_rows = static_cast<std::int64_t>(read_training_corpus(trainings.data).train.rows())};
  std::exception_ptr first_failure;
  for (const Device device : {Device::cpu, Device::cuda}) {
    if (on_gpus && device == Device::cpu) continue;  // a job may have GPUs by other options too
    facts.device = device;
    for (const AskedOptions& options : trainings.options) {
      try {
        const TrainConfig config = resolve(options, facts).config;
        if (!config.weights.empty()) read_gpt2_config(find_checkpoint_files(config.weights).config);
        return;
      } catch (const Error&) {
        if (!first_failure) first_failure = std::current_exception();
      }
    }
  }
  std::rethrow_exception(first_failure);
}

JobsTrainings trainings_of(const SweepPlan& plan, const AskedOptions& asked) {
  JobsTrainings trainings{.data = text_of(asked, "data"), .options = {}, .ranks = number_of(asked, "ranks-per-trial", 1)};
  for (const Point& point : points_to_try(plan.spec)) trainings.options.push_back(trial_options(plan, point, 0));
  return trainings;
}

/// As the job itself will plan its run.
JobsTrainings trainings_of(const SubmitArgs& args, const AskedOptions& asked) {
  const TrainArgs train{.data = text_of(asked, "data"),
                        .out = text_of(asked, "out"),
                        .config = text_of(asked, "config"),
                        .resume = true,
                        .repair = asked.contains("repair")};
  RunPlan plan = plan_run(train, asked_in(train_options(), asked));
  return {.data = std::move(plan.data), .options = {std::move(plan.options)}, .ranks = args.nodes * args.ntasks_per_node};
}

/// Whether the ranks that the job will have can be shared out.
void check_ranks(const SubmitArgs& args, std::int64_t ranks_per_trial) {
  const std::int64_t ranks = args.nodes * args.ntasks_per_node;
  if (ranks % ranks_per_trial != 0) {
    throw UsageError("--ranks-per-trial: {} ranks ({} nodes of {}) cannot be shared out in groups of {}", ranks, args.nodes,
                     args.ntasks_per_node, ranks_per_trial);
  }
  if (args.gpus_per_node > 0 && ranks_per_trial > 1 && args.ntasks_per_node > args.gpus_per_node) {
    throw UsageError("--ntasks-per-node: {} ranks on a node, but --gpus-per-node {}: ranks that train a trial together need a GPU each",
                     args.ntasks_per_node, args.gpus_per_node);
  }
}

/// A job that is asked to stop when it begins would train nothing.
void check_time(const SubmitArgs& args) {
  const std::optional<std::int64_t> limit = seconds_of_limit(args.time);
  if (!limit || *limit > args.signal) return;
  throw UsageError("--time: {} is not longer than the {} s before its end at which the job is asked to stop (--signal)", args.time,
                   args.signal);
}

void check_array(std::int64_t array, const SweepPlan& plan, const AskedOptions& asked, const fs::path& out) {
  if (array == 0) return require_no_parts(out);
  if (fs::exists(out / "sweep.resolved.toml")) {
    throw UsageError("--array: {} holds a sweep that is not in parts; go on with it without --array", out.string());
  }
  SweepPlan part = plan;
  set_part(part.spec, fmt::format("0/{}", array), "--array");
  for (const fs::path& folder : folders_of_sweep(out)) {
    const std::string number = folder.filename().string().substr(std::string_view("part-").size());
    if (std::stoll(number) >= array) throw UsageError("--array: {} is one of more parts; go on with as many", folder.string());
    set_part(part.spec, fmt::format("{}/{}", number, array), "--array");
    require_same_sweep(sweep_args(asked, folder), part);
  }
}

Launcher launcher_of(const SubmitArgs& args, const AskedOptions& options, const Message& message) {
  if (is_given(options, "launcher")) return args.launcher;
  try {
    if (srun_has_pmix()) return Launcher::srun;
    message("srun has no PMIx here (srun --mpi=list names none), so mpirun starts the ranks");
    return Launcher::mpirun;
  } catch (const RunTimeError& error) {
    message(fmt::format("{}: the script takes it that srun has PMIx", error.what()));
    return Launcher::srun;
  }
}

std::vector<std::string> program(const SubmitArgs& args) {
  if (!args.image.empty()) return {"apptainer", "exec", "--nv", fs::absolute(args.image).string(), "agsweep"};
  const fs::path self = program_path();
  return {self.empty() ? "agsweep" : self.string()};
}

std::vector<std::pair<std::string, std::string>> sbatch_options(const SubmitArgs& args) {
  std::vector<std::pair<std::string, std::string>> options = {{"nodes", std::to_string(args.nodes)},
                                                              {"ntasks-per-node", std::to_string(args.ntasks_per_node)}};
  const auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) options.emplace_back(key, value);
  };
  add("gpus-per-node", args.gpus_per_node > 0 ? std::to_string(args.gpus_per_node) : "");
  add("time", args.time);
  add("partition", args.partition);
  add("account", args.account);
  add("mem", args.mem);
  for (const std::string& text : args.sbatch_option) options.push_back(sbatch_option(text));
  return options;
}

/// @throws RunTimeError naming the first that has not ended
void require_ended(const fs::path& folder, std::span<const std::string> jobs) {
  for (const SlurmJob& job : queued_jobs(jobs)) {
    if (is_final(job.state)) continue;
    throw RunTimeError("{}: SLURM job {} is there for it ({}{}); wait for it, or end it by scancel {}", folder.string(), job.id, job.state,
                       job.reason.empty() ? "" : ": " + job.reason, job.id);
  }
}

/// @throws RunTimeError naming the job that works on the folder, or waits to, or the process that does
void require_idle(const fs::path& folder) {
  require_ended(folder, submitted_jobs(folder));
  const LockRequest request{.process = this_process()};
  const LockAttempt attempt = try_lock(folder, request);
  if (attempt.lock || !attempt.blocker.holder) return;
  const LockHolder& holder = *attempt.blocker.holder;
  if (!holder.slurm_job.empty()) require_ended(folder, {&holder.slurm_job, 1});
  if (attempt.blocker.view != ProcessView::running) return;  // the job finds out whether its counter stands still
  throw RunTimeError("{}: process {} on host {} works on it", folder.string(), holder.process.pid, holder.process.host);
}

}  // namespace

BatchJob plan_submission(const std::vector<std::string>& command_line, const AskedOptions& options, const SubmittedCommand& command,
                         const Message& message) {
  const bool is_sweep = command.words.front() == "sweep";
  const fs::path out = text_of(command.asked, "out");
  const std::int64_t trials_per_rank = number_of(command.asked, "trials-per-rank", 1);
  AskedOptions asked = options;
  std::int64_t threads = threads_of(command.asked);
  std::optional<SweepPlan> sweep;
  if (is_sweep) {
    sweep = checked_sweep(command.asked);
    const fs::path spec = command.asked.contains("spec") ? fs::path(text_of(command.asked, "spec")) : out / "sweep.toml";
    asked.merge(slurm_table(spec, sweep->given.empty() ? read_file(spec) : sweep->given));  // the command line wins
    threads = threads_of(trial_options(*sweep, first_point(sweep->spec), 0));
  }
  SubmitArgs args;
  fill(submit_options(), asked, args);
  if (!is_given(asked, "ntasks-per-node") && args.gpus_per_node > 0) args.ntasks_per_node = args.gpus_per_node;
  if (is_sweep) {
    check_array(args.array, *sweep, command.asked, out);
  } else if (args.array > 0) {
    throw UsageError("--array: only a sweep has parts");
  }
  const JobsTrainings trainings = is_sweep ? trainings_of(*sweep, command.asked) : trainings_of(args, command.asked);
  check_ranks(args, trainings.ranks);
  check_time(args);
  check_trainings(trainings, args.gpus_per_node > 0, message);

  BatchJob job;
  job.folder = fs::absolute(out).lexically_normal();
  if (!job.folder.has_filename()) job.folder = job.folder.parent_path();  // "sweeps/one/"
  job.name = job_name("agsweep-" + job.folder.filename().string());
  job.started = fs::current_path();
  job.options = sbatch_options(args);
  job.array = args.array;
  job.signal_lead = args.signal;
  job.cpus_per_task = threads > 0 || trials_per_rank > 1 ? std::max<std::int64_t>(threads, 1) * trials_per_rank : 0;
  job.most_requeues = args.max_requeues;
  job.setup = args.setup;
  job.launcher = launcher_of(args, asked, message);
  job.command = program(args);
  const std::vector<std::string> words = without_folder(command.words);
  job.command.insert(job.command.end(), words.begin(), words.end());
  job.submitted_as = command_line;
  std::erase(job.submitted_as, "--dry-run");  // submit's: a sweep has none here
  return job;
}

namespace {

/// Whether sbatch's failure says nothing of the job: SLURM did not answer in time, or in words that are not understood.
bool may_have_been_taken(std::string_view failure) {
  constexpr std::array<std::string_view, 5> signs = {"timed out", "still at work", "no job id", "Zero Bytes", "onnection"};
  return std::ranges::any_of(signs, [failure](std::string_view sign) { return failure.find(sign) != failure.npos; });
}

}  // namespace

std::string submit(const BatchJob& job, const Message& message) {
  const std::string text = batch_script(job);
  const fs::path records = job.folder / "slurm";
  const SweepLock one_at_a_time = lock_folder(records, message);
  require_idle(job.folder);
  const fs::path script = records / "next.sh";
  write_file_atomically(script, text);
  std::string id;
  try {
    id = submit_job(script, sbatch_words(job));
    put_in_place(script, records / fmt::format("job-{}.sh", id));
  } catch (const Error& error) {
    std::error_code ignored;
    fs::remove(script, ignored);
    if (id.empty() && may_have_been_taken(error.what())) {
      throw RunTimeError("{}\nwhere SLURM has only not answered, the job may be in the queue all the same: squeue --me --name {}",
                         error.what(), shell_word(job.name));
    }
    if (!id.empty()) cancel_job(id);  // no job without its record: nobody would know whose folder this is
    throw;
  }
  return id;
}

}  // namespace agsweep
