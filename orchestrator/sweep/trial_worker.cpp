#include "orchestrator/sweep/trial_worker.hpp"

#include <algorithm>  // std::min, std::ranges::all_of, std::ranges::find, std::ranges::replace
#include <new>        // std::bad_alloc
#include <utility>    // std::move

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_error.hpp"
#include "base/path_text.hpp"
#include "base/system.hpp"
#include "orchestrator/options/config_file.hpp"
#include "orchestrator/options/config_hash.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/sweep/trial_files.hpp"
#include "orchestrator/training/run_inputs.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // trial_folder
#include "workers/train/train.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

// How long a group's leader waits for the coordinator before it shows its ranks, and their watchdog, that it lives.
constexpr double patience_seconds = 0.5;

/// On a group's leader: tells the coordinator how a trial goes, and hears what follows an epoch.
class TrialObserver final : public TrainObserver {
 public:
  TrialObserver(GroupLink& link, const std::function<void()>& require_lock, int group, std::int64_t trial, std::int64_t answered_epochs,
                std::string config_hash)
      : link_(link),
        require_lock_(require_lock),
        group_(group),
        trial_(trial),
        answered_epochs_(answered_epochs),
        config_hash_(std::move(config_hash)) {}

  void before_write() override { require_lock_(); }

  void on_start(std::int64_t total_steps, std::int64_t steps_per_epoch, std::int64_t /*done_steps*/) override {
    total_steps_ = total_steps;
    steps_per_epoch_ = steps_per_epoch;
  }
  void on_step(const StepReport& report) override {
    const double now = steady_seconds();
    if (now < next_) return;
    next_ = now + patience_seconds;
    link_.post({.group = group_,
                .what = GroupMessage::Progress{.trial = trial_,
                                               .epoch = (report.step - 1) / steps_per_epoch_ + 1,
                                               .step = report.step,
                                               .total_steps = total_steps_,
                                               .loss = report.loss}});
  }
  void on_evaluation(std::string_view /*split*/, std::int64_t /*done*/, std::int64_t /*all*/) override {}
  void on_epoch(const EpochReport& /*report*/) override {}
  void on_message(std::string_view /*line*/) override {}

  bool saves_each_best() override { return false; }
  bool keeps_weights(TrainStatus end) override { return end == TrainStatus::done ? keep_when_done_ : keep_when_left_; }

  std::int64_t answered_epochs() override { return answered_epochs_; }
  std::optional<AfterEpoch> after_epoch(std::int64_t epoch, double value) override {
    if (asked_ != epoch) {
      asked_ = epoch;
      link_.post(
          {.group = group_, .what = GroupMessage::Reported{.trial = trial_, .epoch = epoch, .value = value, .config_hash = config_hash_}});
    }
    const auto order = link_.wait_for(group_, patience_seconds);
    if (!order) return {};
    const auto* const go_on = std::get_if<GroupOrder::GoOn>(&order->what);
    const auto* const leave = std::get_if<GroupOrder::Leave>(&order->what);
    if ((go_on != nullptr && go_on->trial != trial_) || (leave != nullptr && leave->trial != trial_)) return {};  // of an earlier one
    keep_when_done_ = go_on != nullptr && go_on->keep;
    keep_when_left_ = leave != nullptr && leave->keep;
    return go_on != nullptr ? AfterEpoch::go_on : AfterEpoch::leave;
  }

 private:
  GroupLink& link_;
  const std::function<void()>& require_lock_;
  int group_;
  std::int64_t trial_;
  std::int64_t answered_epochs_;
  std::string config_hash_;
  std::int64_t total_steps_ = 0;
  std::int64_t steps_per_epoch_ = 1;
  bool keep_when_done_ = false;
  bool keep_when_left_ = false;
  std::int64_t asked_ = 0;  // the epoch that was reported last
  double next_ = 0;         // when progress is told again
};

/// Whether two configurations are one trial's: they agree in the sweep's parameters, and the seed.
bool same_trial(const SearchSpace& space, const TrainConfig& a, const TrainConfig& b) {
  return std::ranges::all_of(train_options(), [&](const auto& entry) {
    const std::string key = entry.option.key();
    if (key != "seed" && std::ranges::find(space, key, &Parameter::key) == space.end()) return true;
    if (entry.option.kind != ValueKind::path) return entry.get(a) == entry.get(b);
    const auto absolute = [](const Value& path) { return absolute_path_text(path_of_text(to_text(path))); };
    return absolute(entry.get(a)) == absolute(entry.get(b));
  });
}

HParams hparams_of(const SweepSpec& spec, const GroupOrder::Train& order) {
  HParams hparams{.name = trial_label(order.trial, spec.space, order.point)};
  for (std::size_t i = 0; i < spec.space.size(); ++i) {
    hparams.values.emplace_back(spec.space[i].key, value_at(spec.space[i], order.point[i]));
  }
  if (spec.seeds.size() > 1) hparams.values.emplace_back("seed", order.seed);
  return hparams;
}

/// SWEEP/tensorboard/ has the trials under names that tell their values. Where the file system has no links, there is none.
void link_for_tensorboard(const fs::path& sweep, std::int64_t trial, std::string name) {
  constexpr std::size_t longest_name = 200;
  std::ranges::replace(name, '/', '_');
  name.resize(std::min(name.size(), longest_name));
  std::error_code failure;
  fs::create_directories(sweep / "tensorboard", failure);
  fs::create_directory_symlink(fs::path("..") / "trials" / fmt::format("{:04}", trial), sweep / "tensorboard" / name, failure);
}

/// Keeps a trial's folder that cannot be gone on with beside it.
/// @param word  what it is called then: trials/0000.WORD-1, or a higher number where there is one already
void set_aside(const fs::path& folder, std::string_view word, std::string_view why) {
  for (int i = 1;; ++i) {
    const fs::path aside = fmt::format("{}.{}-{}", folder.string(), word, i);
    if (fs::exists(aside)) continue;
    fs::rename(folder, aside);
    say(fmt::format("note: {}: {}; that is {} now", folder.string(), why, aside.string()));
    return;
  }
}

}  // namespace

TrialWorker::TrialWorker(const SweepInputs& inputs, Communicator& comm, GroupLink& link, int group, WorldFacts facts, World world)
    : inputs_(inputs), comm_(comm), link_(link), group_(group), facts_(facts), world_(std::move(world)) {}

void TrialWorker::tell(GroupMessage message) {
  message.group = group_;
  if (leads()) link_.post(std::move(message));
}

void TrialWorker::tell_failure(std::int64_t trial, const std::string& reason, bool retry, bool no_room) {
  tell({.what = GroupMessage::Failed{.trial = trial, .reason = reason, .retry = retry, .no_room = no_room}});
}

/// On the leader: the trial with its options resolved, or as its folder has them.
GroupTask::Train TrialWorker::prepared(const GroupOrder::Train& order) {
  const fs::path folder = trial_folder(inputs_.folder, order.trial);
  AskedOptions options = trial_options(inputs_.plan, order.point, order.seed);
  bool resumed = fs::exists(folder / "config.toml");
  const TrainConfig asked_config = resolve(options, facts_).config;
  try {
    if (resumed) {
      StoredRun stored = read_run(folder);
      // In a sweep whose journal was restored from a copy, the folder may hold the run of another configuration.
      resumed = same_trial(inputs_.plan.spec.space, resolve(stored.options, facts_).config, asked_config);
      if (!resumed) set_aside(folder, "before", "it holds another trial's run, from before journal.log was restored");
      if (resumed) options = resumed_options(stored.options, options);  // of another sweep: an error
      record_ = std::move(stored.record);
    }
  } catch (const Error& error) {
    if (!inputs_.repair) throw;
    set_aside(folder, "damaged", error.what());
    resumed = false;
  }
  // The journal does not know of the end that a result tells of: it was restored from a copy, or the process was killed in between.
  if (resumed && read_trial_facts(folder).done) fs::remove(folder / "result.json");
  TrainConfig config = resolve(options, facts_).config;
  config.resume = resumed;
  // As config.toml has them: then a resumed trial shares its GPT-2 with those that are new.
  for (fs::path* const path : {&config.weights, &config.init}) {
    if (!path->empty()) *path = fs::absolute(*path).lexically_normal();
  }
  if (!resumed) record_ = new_record(inputs_.data, inputs_.data_sha256, inputs_.corpus.info, config, files_);
  if (resumed) require_recorded_weights(record_, config, files_);
  note_ = record_device(inputs_.devices, record_);
  config_text_ = config_text(config, options, record_);
  hparams_ = hparams_of(inputs_.plan.spec, order);
  if (config.tensorboard) link_for_tensorboard(inputs_.folder, order.trial, hparams_.name);
  answered_epochs_ = order.epochs;
  return {.trial = order.trial, .config = std::move(config), .own_threads = !is_given(options, "threads")};
}

/// On the leader: what its group does next.
GroupTask TrialWorker::next_task() {
  const auto order = link_.wait_for(group_, patience_seconds);
  if (!order) return {.what = GroupTask::Wait{}};
  // An answer, or an order to leave, that came when a signal, or an order before it, had ended its trial already.
  if (std::holds_alternative<GroupOrder::GoOn>(order->what) || std::holds_alternative<GroupOrder::Leave>(order->what)) {
    return {.what = GroupTask::Wait{}};
  }
  const auto* const next = std::get_if<GroupOrder::Train>(&order->what);
  if (next == nullptr) return {.what = GroupTask::End{}};
  try {
    return {.what = prepared(*next)};
  } catch (const std::exception& error) {
    tell_failure(next->trial, error.what(), false);
    tell({.what = GroupMessage::WantsWork{}});
    return {.what = GroupTask::Wait{}};
  }
}

void TrialWorker::train_trial(std::int64_t trial, const TrainConfig& config) {
  const std::string hash = leads() ? config_hash(config, record_.sha256) : "";
  TrialObserver observer(link_, inputs_.require_lock, group_, trial, answered_epochs_, hash);
  nlohmann::json facts = nlohmann::json::object();
  if (leads()) {
    facts = environment(world_, inputs_.devices, record_);
    facts["sessions"] = trial_sessions(trial_folder(inputs_.folder, trial), group_, host_name(), comm_.size(), answered_epochs_);
  }
  const RunIdentity identity{.folder = trial_folder(inputs_.folder, trial),
                             .config = config_text_,
                             .config_seal = config_seal(config_text_),
                             .command = inputs_.command,
                             .config_hash = hash,
                             .data_sha256 = inputs_.data_sha256,
                             .environment = std::move(facts),
                             .hparams = hparams_,
                             .repair = inputs_.repair,
                             .test_split = false,
                             .note = note_};
  const TrainOutcome outcome = inputs_.devices.torch.train(comm_, inputs_.corpus, inputs_.shared, inputs_.devices.place, config, identity,
                                                           observer, link_.stop(group_));
  tell({.what = GroupMessage::Ended{
            .trial = trial,
            .done = outcome.status == TrainStatus::done,
            .seconds = outcome.result.at("train_seconds").get<double>() + outcome.result.at("eval_seconds").get<double>(),
            .config_hash = hash}});
}

void TrialWorker::try_trial(const GroupTask::Train& task) {
  try {
    TrainConfig config = task.config;
    if (task.own_threads) config.threads = facts_.cpus;
    train_trial(task.trial, config);
  } catch (const RankFailure&) {
    throw;  // the group cannot talk any more, or its device has failed for good
  } catch (const TrialFailure& error) {
    tell_failure(task.trial, error.what(), false);  // each rank saw the same sums
  } catch (const DiskFull& error) {
    tell_failure(task.trial, error.what(), false, /*no_room=*/true);
  } catch (const RunTimeError& error) {
    if (comm_.size() > 1 && !error.known_to_all) throw;  // the others have not left the training
    tell_failure(task.trial, error.what(), true);
  } catch (const Error& error) {
    if (comm_.size() > 1 && !error.known_to_all) throw;
    tell_failure(task.trial, error.what(), false);
  } catch (const std::bad_alloc&) {
    if (comm_.size() > 1) throw;
    tell_failure(task.trial, "out of memory", false);
  } catch (const std::exception& error) {
    if (comm_.size() > 1) throw;
    tell_failure(task.trial, error.what(), false);
  }
}

void TrialWorker::run() {
  tell({.what = GroupMessage::WantsWork{}});
  for (std::int64_t wait = 0;; ++wait) {
    comm_.at("the wait for a trial", wait);
    std::string text;
    if (leads()) text = encoded(next_task());
    broadcast_text(comm_, text);
    const GroupTask task = decoded<GroupTask>(text);
    if (std::holds_alternative<GroupTask::End>(task.what)) return;
    if (const auto* const next = std::get_if<GroupTask::Train>(&task.what)) {
      try_trial(*next);
      tell({.what = GroupMessage::WantsWork{}});
    }
  }
}

}  // namespace agsweep
