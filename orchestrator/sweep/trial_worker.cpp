#include "orchestrator/sweep/trial_worker.hpp"

#include <new>      // std::bad_alloc
#include <utility>  // std::move

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/progress_display.hpp"  // steady_seconds
#include "orchestrator/options/config_file.hpp"
#include "orchestrator/options/config_hash.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/sweep/trial_files.hpp"
#include "orchestrator/training/run_inputs.hpp"
#include "workers/train/train.hpp"

namespace agsweep {

namespace {

// How long a group's leader waits for the coordinator before it shows its ranks, and their watchdog, that it lives.
constexpr double patience_seconds = 0.5;

/// On a group's leader: tells the coordinator how a trial goes, and hears what follows an epoch.
class TrialObserver final : public TrainObserver {
 public:
  TrialObserver(GroupLink& link, const std::function<void()>& require_lock, int group, std::int64_t trial, const TrainConfig& config,
                std::string config_hash)
      : link_(link),
        require_lock_(require_lock),
        config_(config),
        message_{.group = group, .trial = trial, .text = std::move(config_hash)} {}

  void before_write() override { require_lock_(); }

  void on_start(std::int64_t total_steps, std::int64_t steps_per_epoch, std::int64_t /*done_steps*/) override {
    message_.total_steps = total_steps;
    steps_per_epoch_ = steps_per_epoch;
  }
  void on_step(const StepReport& report) override {
    const double now = steady_seconds();
    if (now < next_) return;
    next_ = now + patience_seconds;
    GroupMessage message = message_;
    message.kind = GroupMessage::Kind::progress;
    message.epoch = (report.step - 1) / steps_per_epoch_ + 1;
    message.step = report.step;
    message.value = report.loss;
    link_.post(std::move(message));
  }
  void on_evaluation(std::string_view /*split*/, std::int64_t /*done*/, std::int64_t /*all*/) override {}
  void on_epoch(const EpochReport& /*report*/) override {}
  void on_message(std::string_view /*line*/) override {}

  bool saves_each_best() override { return false; }
  bool keeps_weights(TrainStatus end) override { return end == TrainStatus::done ? keep_when_done_ : keep_when_left_; }

  std::optional<AfterEpoch> after_epoch(std::int64_t epoch, const Metrics& val) override {
    if (asked_ != epoch) {
      asked_ = epoch;
      GroupMessage message = message_;
      message.kind = GroupMessage::Kind::reported;
      message.epoch = epoch;
      message.value = metric_value(val, config_.metric);
      link_.post(std::move(message));
    }
    const auto order = link_.wait_for(message_.group, patience_seconds);
    if (!order) return {};
    const bool goes_on = order->kind == GroupOrder::Kind::go_on;
    keep_when_done_ = goes_on && order->keep;
    keep_when_left_ = !goes_on && order->keep;
    return goes_on ? AfterEpoch::go_on : AfterEpoch::leave;
  }

 private:
  GroupLink& link_;
  const std::function<void()>& require_lock_;
  const TrainConfig& config_;
  GroupMessage message_;
  std::int64_t steps_per_epoch_ = 1;
  bool keep_when_done_ = false;
  bool keep_when_left_ = false;
  std::int64_t asked_ = 0;  // the epoch that was reported last
  double next_ = 0;         // when progress is told again
};

}  // namespace

/// A trial as every rank of the group needs it.
struct TrialWorker::Job {
  std::int64_t trial;
  TrainConfig config;
  std::string config_text;
};

TrialWorker::TrialWorker(const SweepInputs& inputs, Communicator& comm, GroupLink& link, int group, WorldFacts facts, World world)
    : inputs_(inputs), comm_(comm), link_(link), group_(group), facts_(facts), world_(std::move(world)) {}

void TrialWorker::tell_failure(std::int64_t trial, const char* reason, bool retry) {
  if (!leads()) return;
  link_.post({.kind = GroupMessage::Kind::failed, .group = group_, .trial = trial, .text = reason, .retry = retry});
}

/// On the leader: the options of a trial, resolved or as its folder has them, as the group's ranks read them.
std::string TrialWorker::prepared(const GroupOrder& order) {
  const std::filesystem::path folder = trial_folder(inputs_.folder, order.trial);
  AskedOptions options = trial_options(inputs_.plan, order.point, order.seed);
  const bool resumed = std::filesystem::exists(folder / "config.toml");
  if (resumed) {
    StoredRun stored = read_run(folder);
    options = resumed_options(stored.options, inputs_.plan.passing);
    record_ = std::move(stored.record);
  }
  const Resolved resolved = resolve(options, facts_);
  if (!resumed) record_ = new_record(inputs_.data, inputs_.data_sha256, inputs_.corpus.info, resolved.config, files_);
  if (resumed) require_recorded_weights(record_, resolved.config, files_);
  return nlohmann::json{order.trial, config_text(resolved.config, options, record_), resumed}.dump();
}

/// On the leader: what its group does next; empty for nothing yet, "end" when the sweep has ended or stops.
std::string TrialWorker::next_order() {
  const auto order = link_.wait_for(group_, patience_seconds);
  if (!order) return "";
  if (order->kind != GroupOrder::Kind::train) return "end";
  try {
    return prepared(*order);
  } catch (const std::exception& error) {
    tell_failure(order->trial, error.what(), false);
    link_.post({.kind = GroupMessage::Kind::wants_work, .group = group_});
    return "";
  }
}

void TrialWorker::train_trial(const Job& job) {
  const std::string hash = leads() ? config_hash(job.config, record_.sha256) : "";
  TrialObserver observer(link_, inputs_.require_lock, group_, job.trial, job.config, hash);
  const RunIdentity identity{.folder = trial_folder(inputs_.folder, job.trial),
                             .config = job.config_text,
                             .command = inputs_.command,
                             .config_hash = hash,
                             .data_sha256 = inputs_.data_sha256,
                             .environment = leads() ? environment(world_, record_) : nlohmann::json::object(),
                             .test_split = false};
  const TrainOutcome outcome = train(comm_, inputs_.corpus, inputs_.shared, job.config, identity, observer, link_.stop());
  if (!leads()) return;
  link_.post({.kind = outcome.status == TrainStatus::done ? GroupMessage::Kind::done : GroupMessage::Kind::left,
              .group = group_,
              .trial = job.trial,
              .seconds = outcome.result.at("train_seconds").get<double>() + outcome.result.at("eval_seconds").get<double>(),
              .text = hash});
}

void TrialWorker::run() {
  if (leads()) link_.post({.kind = GroupMessage::Kind::wants_work, .group = group_});
  for (std::int64_t wait = 0;; ++wait) {
    comm_.at("the wait for a trial", wait);
    std::string text;
    if (leads()) text = next_order();
    broadcast_text(comm_, text);
    if (text == "end") return;
    if (text.empty()) continue;
    const auto parts = nlohmann::json::parse(text);
    Job job{.trial = parts[0].get<std::int64_t>(), .config = {}, .config_text = parts[1].get<std::string>()};
    try {
      const AskedOptions options = run_options(job.config_text);
      job.config = filled_config(options);
      job.config.resume = parts[2].get<bool>();
      if (!options.contains("threads")) job.config.threads = facts_.cpus;  // each rank has its own
      train_trial(job);
    } catch (const RankFailure&) {
      throw;  // the group cannot talk any more
    } catch (const RunTimeError& error) {
      tell_failure(job.trial, error.what(), true);
    } catch (const std::bad_alloc&) {
      tell_failure(job.trial, "out of memory", false);
    } catch (const std::exception& error) {
      tell_failure(job.trial, error.what(), false);
    }
    if (leads()) link_.post({.kind = GroupMessage::Kind::wants_work, .group = group_});
  }
}

}  // namespace agsweep
