#include "workers/train/training_run.hpp"

#include <sys/resource.h>  // getrusage

#include <algorithm>  // std::min
#include <chrono>
#include <cmath>  // std::isfinite

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/utc_time.hpp"
#include "data/epoch_order.hpp"
#include "workers/safetensors/sealed.hpp"
#include "workers/train/checkpointing.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/predict.hpp"
#include "workers/train/schedule_length.hpp"
#include "workers/train/start_values.hpp"

namespace agsweep {

namespace {

class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

std::int64_t tokens_in(const Split& split, std::span<const std::uint32_t> rows) {
  std::size_t tokens = 0;
  for (const std::uint32_t row : rows) tokens += split.row(row).size();
  return static_cast<std::int64_t>(tokens);
}

EpochScore score_of(std::int64_t epoch, const Metrics& metrics) {
  EpochScore score{.epoch = epoch, .loss = metrics.loss, .confusion = {}};
  for (const auto& row : metrics.confusion) score.confusion.insert(score.confusion.end(), row.begin(), row.end());
  return score;
}

}  // namespace

TrainingRun::TrainingRun(Communicator& comm, const Corpus& corpus, SharedWeights& shared, const TrainConfig& config, const RunIdentity& run,
                         TrainObserver& observer, const std::atomic<bool>& stop)
    : comm_(comm),
      corpus_(corpus),
      config_(config),
      identity_(run),
      shared_(shared),
      observer_(observer),
      stop_(stop),
      train_rows_(limited_rows(corpus.train, corpus.info.class_names.size(), corpus.info.seed, config.train_limit)),
      steps_per_epoch_(schedule_length(config, static_cast<std::int64_t>(train_rows_.size())).steps_per_epoch),
      total_steps_(schedule_length(config, static_cast<std::int64_t>(train_rows_.size())).total_steps),
      model_(make_model(config, static_cast<std::int64_t>(corpus.info.class_names.size()), corpus.info.max_length, shared)),
      workers_(config.threads),
      trainer_(comm, workers_, *model_, config, total_steps_),
      best_(at::zeros_like(trainer_.parameters().flat())),
      checkpoints_(run.folder / "checkpoints") {
  state_.epoch_confusion.assign(static_cast<std::size_t>(model_->classes() * model_->classes()), 0);
}

void TrainingRun::say(const std::string& line) {
  if (!is_rank_zero()) return;
  if (folder_) folder_->log(line);
  observer_.on_message(line);
}

EvaluationProgress TrainingRun::evaluation_progress(std::string_view split) {
  return [this, split](std::int64_t done, std::int64_t all) { observer_.on_evaluation(split, done, all); };
}

void TrainingRun::start() {
  std::vector<std::string> messages;
  const bool resumed = config_.resume && load_checkpoint(comm_, checkpoints_, trainer_, best_, state_,
                                                         [&](const std::string& line) { messages.push_back(line); });
  if (!resumed) {
    on_rank_zero(comm_, [&] { set_start_values(*model_, config_, shared_, trainer_.parameters()); });
    trainer_.broadcast_parameters();
  }
  on_rank_zero(comm_, [&] {
    observer_.before_write();
    std::filesystem::create_directories(identity_.folder);
    write_file_atomically(identity_.folder / "config.toml", identity_.config);
    std::filesystem::create_directories(identity_.folder / "checkpoints");
    folder_.emplace(identity_.folder, RunFolder::Options{.tensorboard = config_.tensorboard}, state_.step, state_.epoch - 1);
    fsync_path(identity_.folder);
    best_saved_ = !state_.best;
    if (observer_.saves_each_best()) save_best();
  });
  for (const std::string& line : messages) say(line);
  if (resumed) say(fmt::format("resumed at step {} of {}, epoch {}", state_.step, total_steps_, state_.epoch));
  if (is_rank_zero()) observer_.on_start(total_steps_, steps_per_epoch_, state_.step);
}

bool TrainingRun::stopped_early() const {
  return config_.patience > 0 && state_.best && state_.last->epoch - state_.best->epoch >= config_.patience;
}

bool TrainingRun::done() const {
  const bool out_of_steps = config_.max_steps > 0 && state_.step >= config_.max_steps;
  return state_.epoch > config_.epochs || stopped_early() || (out_of_steps && state_.epoch_batch == 0);
}

/// @return whether a rank was asked to stop
bool TrainingRun::step() {
  const Stopwatch watch;
  const auto first = static_cast<std::size_t>(state_.epoch_batch * config_.batch_size);
  const std::size_t count = std::min(static_cast<std::size_t>(config_.batch_size), order_.size() - first);
  const auto rows = std::span<const std::uint32_t>(order_).subspan(first, count);
  const StepOutcome outcome = trainer_.step(corpus_.train, rows, stop_.load(), write_failure_);

  const std::int64_t tokens = tokens_in(corpus_.train, rows);
  const double seconds = watch.seconds();
  state_.step = trainer_.steps_done();
  ++state_.epoch_batch;
  state_.epoch_loss += outcome.loss * static_cast<double>(count);
  state_.epoch_rows += static_cast<std::int64_t>(count);
  for (std::size_t i = 0; i < state_.epoch_confusion.size(); ++i) state_.epoch_confusion[i] += outcome.confusion[i];
  state_.train_seconds += seconds;
  state_.epoch_seconds += seconds;
  state_.tokens += tokens;

  report_step(outcome, static_cast<double>(tokens) / seconds);
  return outcome.stop;
}

void TrainingRun::report_step(const StepOutcome& outcome, double tokens_per_second) {
  if (!is_rank_zero()) return;
  const StepReport report{
      .step = state_.step, .lr = outcome.lr, .loss = outcome.loss, .grad_norm = outcome.grad_norm, .tokens_per_second = tokens_per_second};
  try {
    write_step(report);
  } catch (...) {
    write_failure_ = std::current_exception();
  }
  observer_.on_step(report);
}

void TrainingRun::write_step(const StepReport& report) {
  observer_.before_write();
  folder_->write_step(report);
  if (report.step % config_.log_every != 0) return;
  folder_->log(fmt::format("step {} of {}: loss {:.4f}, gradient norm {:.3g}, lr {:.3g}, {:.0f} tokens/s", report.step, total_steps_,
                           report.loss, report.grad_norm, report.lr, report.tokens_per_second));
}

/// Whether the training ends here, because a rank was asked to stop or the observer wants it. Collective over comm_.
bool TrainingRun::stop_after_epoch() {
  const std::int64_t epoch = state_.last->epoch;
  const Metrics val = state_.last->metrics(model_->classes());
  for (;;) {
    // The ranks meet while there is no answer, so that a long wait for it is not taken for a hang.
    comm_.at("the answer to epoch", epoch);
    enum : std::int64_t { no_answer, go_on, leave };
    std::int64_t answer = no_answer;
    on_rank_zero(comm_, [&] {
      if (const auto given = observer_.after_epoch(epoch, val)) answer = *given == AfterEpoch::go_on ? go_on : leave;
    });
    if (stop_.load()) answer = leave;
    comm_.all_reduce_max({&answer, 1});
    if (answer != no_answer) return answer == leave;
  }
}

void TrainingRun::save() {
  on_rank_zero(comm_, [&] {
    if (write_failure_) std::rethrow_exception(write_failure_);
    observer_.before_write();
    folder_->sync();
  });
  save_checkpoint(comm_, checkpoints_, trainer_, best_, state_);
}

/// On rank 0.
void TrainingRun::save_best() {
  if (best_saved_) return;
  best_saved_ = true;
  write_sealed_safetensors(
      identity_.folder / "model.safetensors", trainer_.parameters().tensors(best_),
      {{"format", "pt"}, {"model", std::string(to_word(config_.model))}, {"epoch", std::to_string(state_.best->epoch)}});
}

void TrainingRun::end_epoch() {
  const std::int64_t classes = model_->classes();
  const Stopwatch watch;
  const Evaluation val =
      evaluate(comm_, workers_, *model_, trainer_.parameters(), corpus_.val, all_rows(corpus_.val), "val", evaluation_progress("val"));
  const double seconds = watch.seconds();
  state_.eval_seconds += seconds;
  if (!std::isfinite(val.metrics.loss)) throw TrialFailure("the validation loss is not finite after epoch {}", state_.epoch);

  const EpochScore train{
      .epoch = state_.epoch, .loss = state_.epoch_loss / static_cast<double>(state_.epoch_rows), .confusion = state_.epoch_confusion};
  EpochReport report{.epoch = state_.epoch,
                     .step = state_.step,
                     .train = train.metrics(classes),
                     .val = val.metrics,
                     .train_seconds = state_.epoch_seconds,
                     .val_seconds = seconds};
  const double value = metric_value(val.metrics, config_.metric);
  const auto better = [&](double best) { return higher_is_better(config_.metric) ? value > best : value < best; };
  report.best = !state_.best || better(metric_value(state_.best->metrics(classes), config_.metric));
  state_.last = score_of(state_.epoch, val.metrics);
  if (report.best) {
    state_.best = state_.last;
    best_.copy_(trainer_.parameters().flat());
    best_saved_ = false;
  }
  ++state_.epoch;
  state_.epoch_batch = 0;
  state_.epoch_loss = 0;
  state_.epoch_rows = 0;
  state_.epoch_seconds = 0;
  state_.trained = done();
  std::fill(state_.epoch_confusion.begin(), state_.epoch_confusion.end(), 0);

  on_rank_zero(comm_, [&] {
    observer_.before_write();
    folder_->write_epoch(report);
    folder_->write_hashes(report.epoch, trainer_.parameters().tensors(trainer_.parameters().flat()));
  });
  save();
  // After the checkpoint, which holds the best weights too: a kill in between loses nothing, since a resumed run writes this file again.
  on_rank_zero(comm_, [&] {
    if (observer_.saves_each_best()) save_best();
    folder_->log(fmt::format("epoch {}: validation loss {:.4f}, accuracy {:.4f}, macro F1 {:.4f}{}", report.epoch, report.val.loss,
                             report.val.accuracy, report.val.f1_macro, report.best ? ", the best so far" : ""));
    observer_.on_epoch(report);
  });
}

/// @return whether a rank was asked to stop
bool TrainingRun::train_epoch() {
  order_ = epoch_order(train_rows_, config_.seed, state_.epoch);
  while (state_.epoch_batch < steps_per_epoch_ && (config_.max_steps == 0 || state_.step < config_.max_steps)) {
    if (step()) {
      save();
      return true;
    }
    if (config_.checkpoint_every > 0 && state_.step % config_.checkpoint_every == 0) save();
  }
  end_epoch();
  return stop_after_epoch();
}

Metrics TrainingRun::train_metrics(std::string_view name) {
  return evaluate(comm_, workers_, *model_, trainer_.parameters(), corpus_.train, train_rows_, name, evaluation_progress("train"), &stop_)
      .metrics;
}

nlohmann::json TrainingRun::result(const char* status, const nlohmann::json& error) {
  const auto entry = [&](const std::optional<EpochScore>& val) {
    if (!val) return nlohmann::json();
    return nlohmann::json{{"epoch", val->epoch}, {"train", nullptr}, {"val", to_json(val->metrics(model_->classes()))}};
  };
  std::int64_t peak = peak_memory_bytes();
  comm_.all_reduce_max(std::span(&peak, 1));
  nlohmann::json result = identity_.environment;
  result.update({{"status", status},
                 {"error", error},
                 {"model", to_word(config_.model)},
                 {"params_total", model_->total_count()},
                 {"params_trainable", model_->layout().count()},
                 {"epochs_completed", state_.epoch - 1},
                 {"best", entry(state_.best)},
                 {"final", entry(state_.last)},
                 {"test", nullptr},
                 {"train_seconds", state_.train_seconds},
                 {"eval_seconds", state_.eval_seconds},
                 {"tokens_per_second", state_.train_seconds > 0 ? static_cast<double>(state_.tokens) / state_.train_seconds : 0},
                 {"peak_memory_bytes", peak},
                 {"ranks", comm_.size()},
                 {"shards", config_.shards},
                 {"threads", config_.threads},
                 {"reduction", to_word(config_.reduction)},
                 {"precision", to_word(config_.precision)},
                 {"seed", config_.seed},
                 {"command", identity_.command},
                 {"config_hash", identity_.config_hash},
                 {"data_sha256", identity_.data_sha256}});
  return result;
}

/// The last passes: train with the final and the best weights, then, once, test with the best ones.
void TrainingRun::add_final_metrics(nlohmann::json& result) {
  const auto classes = static_cast<std::size_t>(model_->classes());
  const Stopwatch watch;
  result["final"]["train"] = to_json(train_metrics("train with the final weights"));
  result["best"]["train"] = result["final"]["train"];
  if (state_.best->epoch != state_.last->epoch) {
    trainer_.parameters().flat().copy_(best_);
    trainer_.parameters().refresh_compute();
    result["best"]["train"] = to_json(train_metrics("train with the best weights"));
  }
  if (identity_.test_split && corpus_.test.rows() > 0) {
    Evaluation test = evaluate(comm_, workers_, *model_, trainer_.parameters(), corpus_.test, all_rows(corpus_.test), "test",
                               evaluation_progress("test"), &stop_);
    result["test"] = to_json(test.metrics);
    on_rank_zero(comm_, [&] {
      write_predictions(identity_.folder / "predictions_test.csv", corpus_.test,
                        {.metrics = test.metrics, .logits = std::move(test.logits), .classes = classes});
    });
  }
  state_.eval_seconds += watch.seconds();
  result["eval_seconds"] = state_.eval_seconds;
}

TrainOutcome TrainingRun::run() {
  start();
  TrainOutcome outcome;
  try {
    // The answer to a resumed run's last epoch may not have come, or the question not have been heard.
    const bool at_epoch_end = state_.last && state_.epoch_batch == 0;
    if (at_epoch_end && stop_after_epoch()) outcome.status = TrainStatus::interrupted;
    while (outcome.status == TrainStatus::done && !done()) {
      if (train_epoch()) outcome.status = TrainStatus::interrupted;
    }
    outcome.result = result("done", nullptr);
    if (outcome.status == TrainStatus::done && stopped_early()) {
      say(fmt::format("stopped early: {} epochs without a better {}", config_.patience, to_word(config_.metric)));
    }
    if (outcome.status == TrainStatus::done) add_final_metrics(outcome.result);
  } catch (const TrialFailure& failure) {
    // Each rank saw the same sums, so each is here.
    outcome.result = result("failed", failure.what());
    write_result(outcome.result, std::nullopt);
    throw;
  } catch (const Interrupted&) {
    outcome.status = TrainStatus::interrupted;
  }
  if (outcome.status == TrainStatus::done) {
    write_result(outcome.result, TrainStatus::done);
    return outcome;
  }
  outcome.result = result("interrupted", nullptr);
  try {
    write_result(outcome.result, TrainStatus::interrupted);
  } catch (const RunTimeError& error) {
    say(fmt::format("{}; the checkpoint is whole all the same", error.what()));
  }
  return outcome;
}

/// @param end  nullopt: it has failed
void TrainingRun::write_result(nlohmann::json& result, std::optional<TrainStatus> end) {
  result["ended"] = utc_now();
  on_rank_zero(comm_, [&] {
    observer_.before_write();
    if (end && observer_.keeps_weights(*end)) save_best();
    folder_->sync();
    folder_->write_result(result);
  });
}

}  // namespace agsweep
