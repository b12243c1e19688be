#include "workers/train/training_run.hpp"

#include <sys/resource.h>  // getrusage

#include <algorithm>  // std::max, std::min
#include <array>
#include <cmath>  // std::isfinite
#include <fstream>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/system.hpp"
#include "data/batch.hpp"
#include "data/split.hpp"  // limited_rows
#include "workers/device/out_of_memory.hpp"
#include "workers/train/checkpointing.hpp"
#include "workers/train/early_stopping.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/prediction.hpp"
#include "workers/train/shared_weights.hpp"
#include "workers/train/start_values.hpp"

namespace agsweep {

namespace {

/// So that what a sweep's process trained before does not count. Where Linux refuses it, it does.
void forget_peak_memory() { std::ofstream("/proc/self/clear_refs") << '5'; }

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * 1024;
}

/// Floating-point operations a second, as the device's maker states them; 0 on the CPU, and where they are not known.
double peak_flops(const ComputePlace& place, Precision precision) {
  if (place.platform == nullptr) return 0;
  const DeviceFacts device = place.platform->facts(place.device);
  return precision == Precision::bf16 ? device.peak_bf16_flops : device.peak_fp32_flops;
}

/// What an epoch's rows would let so many FLOPs a second do, in tokens a second.
double tokens_of_flops(double flops, const Model& model, const Parameters& parameters, const Split& split,
                       std::span<const std::uint32_t> rows) {
  if (flops == 0) return 0;
  RowTotals epoch;
  for (const std::uint32_t row : rows) epoch.add(static_cast<std::int64_t>(split.row(row).size()));
  return flops * static_cast<double>(epoch.tokens) / model.training_flops(parameters, epoch);
}

EpochScore score_of(std::int64_t epoch, const Evaluation& val) {
  EpochScore score{.epoch = epoch, .loss = val.metrics.loss, .loss_error = val.loss_error, .confusion = {}};
  for (const auto& row : val.metrics.confusion) score.confusion.insert(score.confusion.end(), row.begin(), row.end());
  return score;
}

}  // namespace

TrainingRun::TrainingRun(Communicator& comm, const Corpus& corpus, SharedWeights& shared, const ComputePlace& place,
                         const TrainConfig& config, const RunIdentity& run, TrainObserver& observer, const std::atomic<bool>& stop)
    : comm_(comm),
      corpus_(corpus),
      config_(config),
      identity_(run),
      shared_(shared),
      observer_(observer),
      stop_(stop),
      train_rows_(
          limited_rows(corpus.train, corpus.info.class_names.size(), corpus.info.seed, CorpusDraw::train_limit, config.train_limit)),
      val_rows_(limited_rows(corpus.val, corpus.info.class_names.size(), corpus.info.seed, CorpusDraw::val_limit, config.val_limit)),
      steps_per_epoch_(schedule_length(config, static_cast<std::int64_t>(train_rows_.size())).steps_per_epoch),
      total_steps_(schedule_length(config, static_cast<std::int64_t>(train_rows_.size())).total_steps),
      checkpoints_(run.folder / "checkpoints") {
  forget_peak_memory();
  // Before the ranks' devices connect, where one that has failed would be waited for.
  together(comm, [&] {
    in_words([&] {
      workers_ = place.make_workers(config.threads, config.timeout);
      model_ = make_model(config, corpus.info, shared, workers_->device());
    });
  });
  device_group_ = place.connect(comm, *workers_, config.timeout, config.reduction == Reduction::tree);
  together(comm, [&] {  // a rank that left alone would be waited for by the end of the devices' group
    in_words([&] {
      trainer_ = make_trainer(comm, *workers_, *model_, config, total_steps_, device_group_.get());
      peak_tokens_per_second_ = tokens_of_flops(peak_flops(place, config.precision) * comm.size(), *model_, trainer_->settled_parameters(),
                                                corpus.train, train_rows_);
      best_ = at::zeros_like(trainer_->settled_parameters().flat());
    });
  });
  state_.epoch_confusion.assign(static_cast<std::size_t>(model_->classes() * model_->classes()), 0);
}

/// Before a run begins again at its first step. Where it writes its best weights, it does so after a checkpoint: then that is lost.
void TrainingRun::require_no_weights() const {
  const std::filesystem::path weights = identity_.folder / "model.safetensors";
  if (!observer_.saves_each_best() || !std::filesystem::exists(weights)) return;
  if (!identity_.repair) {
    throw DataError(
        "{}: no checkpoint is left, though {} was written after one; put it back, or give --repair: it keeps these weights as "
        "model.safetensors.damaged, and begins again at the first step",
        checkpoints_.folder().string(), weights.string());
  }
  std::filesystem::rename(weights, weights.string() + ".damaged");
}

void TrainingRun::start() {
  std::vector<std::string> messages;
  const bool resumed = config_.resume && load_checkpoint(comm_, checkpoints_, *trainer_, best_, state_,
                                                         [&](const std::string& line) { messages.push_back(line); });
  if (resumed && state_.last && state_.values.empty()) {
    state_.values.push_back(metric_value(state_.last->metrics(model_->classes()), config_.metric));
  }
  if (!resumed) {
    if (config_.resume) on_rank_zero(comm_, [&] { require_no_weights(); });
    on_rank_zero(comm_, [&] { trainer_->settled_parameters().assign(start_values(*model_, config_, shared_)); });
    trainer_->broadcast_parameters();
    if (const std::string left_out = model_->left_out(); config_.init.empty() && !left_out.empty()) {
      messages.push_back(fmt::format("warning: {}: {}", config_.weights.string(), left_out));
    }
  }
  on_rank_zero(comm_, [&] {
    record_.emplace(config_, identity_, observer_, state_, total_steps_);
    if (observer_.saves_each_best()) write_best();
  });
  for (const std::string& line : messages) say(line);
  if (!identity_.note.empty()) say(identity_.note);
  if (resumed && state_.seals.is_null())
    say("note: this run is of a version that did not seal its files, so that damage to them does not show");
  if (resumed) say(fmt::format("resumed at step {} of {}, epoch {}", state_.step, total_steps_, state_.epoch));
  if (record_) observer_.on_start(total_steps_, steps_per_epoch_, state_.step);
}

bool TrainingRun::done() const {
  const bool out_of_steps = config_.max_steps > 0 && state_.step >= config_.max_steps;
  return state_.epoch > config_.epochs || stops_early(state_, config_.patience) || (out_of_steps && state_.epoch_batch == 0);
}

/// Launches the epoch's next step. @return whether a rank was asked to stop
bool TrainingRun::step() {
  if (launched_ == state_.epoch_batch) step_watch_ = {};  // no other step is under way
  const auto first = static_cast<std::size_t>(launched_ * config_.batch_size);
  const std::size_t count = std::min(static_cast<std::size_t>(config_.batch_size), order_.size() - first);
  const auto rows = std::span<const std::uint32_t>(order_).subspan(first, count);
  const std::optional<StepOutcome> outcome = trainer_->step(corpus_.train, rows, stop_.load(), record_ ? record_->failure() : nullptr);
  ++launched_;
  return outcome && record(*outcome);
}

/// Waits for the steps that are under way. @return whether a rank was asked to stop
bool TrainingRun::finish_steps() {
  bool stop = false;
  while (const std::optional<StepOutcome> outcome = trainer_->finish()) stop = record(*outcome) || stop;
  return stop;
}

/// All that follows from a step's outcome. @return whether a rank was asked to stop
bool TrainingRun::record(const StepOutcome& outcome) {
  const double seconds = step_watch_.seconds();  // since the outcome before
  step_watch_ = {};
  state_.step = outcome.step;
  ++state_.epoch_batch;
  state_.epoch_loss += outcome.loss * static_cast<double>(outcome.rows);
  state_.epoch_rows += outcome.rows;
  for (std::size_t i = 0; i < state_.epoch_confusion.size(); ++i) state_.epoch_confusion[i] += outcome.confusion[i];
  state_.train_seconds += seconds;
  state_.epoch_seconds += seconds;
  state_.tokens += outcome.tokens;
  if (!record_) return outcome.stop;
  const DeviceStream* const stream = workers_->stream();
  record_->write_step({.step = outcome.step,
                       .lr = outcome.lr,
                       .loss = outcome.loss,
                       .grad_norm = outcome.grad_norm,
                       .tokens_per_second = static_cast<double>(outcome.tokens) / seconds,
                       .device_memory = stream == nullptr ? 0 : stream->memory().in_use});
  return outcome.stop;
}

/// Whether the training ends here, because a rank was asked to stop or the observer wants it. Collective over comm_.
/// @param epoch  one that state_.values tells of
bool TrainingRun::stop_after_epoch(std::int64_t epoch) {
  const double value = state_.values.rbegin()[state_.last->epoch - epoch];
  for (;;) {
    // The ranks meet while there is no answer, so that a long wait for it is not taken for a hang.
    comm_.at("the answer to epoch", epoch);
    enum : std::int64_t { no_answer, go_on, leave };
    std::int64_t answer = no_answer;
    on_rank_zero(comm_, [&] {
      if (const auto given = observer_.after_epoch(epoch, value)) answer = *given == AfterEpoch::go_on ? go_on : leave;
    });
    if (stop_.load()) answer = leave;
    comm_.all_reduce_max({&answer, 1});
    if (answer != no_answer) return answer == leave;
  }
}

/// What stop_after_epoch says of those epochs of a resumed run whose answers may not have come, or the questions not have been heard.
/// Collective over comm_.
bool TrainingRun::stop_after_resumed_epochs() {
  if (!state_.last) return false;
  const std::int64_t last = state_.last->epoch;
  std::int64_t first = 0;
  if (record_) first = observer_.answered_epochs() >= last ? last + (state_.epoch_batch > 0 ? 1 : 0) : observer_.answered_epochs() + 1;
  comm_.all_reduce_max({&first, 1});
  const std::int64_t oldest = last + 1 - static_cast<std::int64_t>(state_.values.size());
  for (std::int64_t epoch = std::max(first, oldest); epoch <= last; ++epoch) {
    if (stop_after_epoch(epoch)) return true;
  }
  return false;
}

void TrainingRun::save() {
  on_rank_zero(comm_, [&] { state_.seals = record_->sync(); });
  save_checkpoint(comm_, checkpoints_, *trainer_, best_, state_);
}

/// model.safetensors. On rank 0.
void TrainingRun::write_best() {
  if (state_.best) record_->write_weights(state_.best->epoch, model_->layout().tensors(workers_->on_host(best_)));
}

void TrainingRun::end_epoch() {
  const std::int64_t classes = model_->classes();
  const Stopwatch watch;
  const Evaluation val = evaluate_split(corpus_.val, val_rows_, "val", "val", nullptr);
  const double seconds = watch.seconds();
  state_.eval_seconds += seconds;
  if (!std::isfinite(val.metrics.loss)) throw TrialFailure("the validation loss {} after epoch {}", not_finite, state_.epoch);

  const EpochScore train{
      .epoch = state_.epoch, .loss = state_.epoch_loss / static_cast<double>(state_.epoch_rows), .confusion = state_.epoch_confusion};
  EpochReport report{.epoch = state_.epoch,
                     .step = state_.step,
                     .train = train.metrics(classes),
                     .val = val.metrics,
                     .train_seconds = state_.epoch_seconds,
                     .val_seconds = seconds};
  report.best = is_best_epoch(val.metrics, state_, config_.metric);
  state_.last = score_of(state_.epoch, val);
  state_.values.push_back(metric_value(val.metrics, config_.metric));
  if (report.best) {
    state_.best = state_.last;
    best_.copy_(trainer_->settled_parameters().flat());
  }
  report.best_value = metric_value(state_.best->metrics(classes), config_.metric);
  ++state_.epoch;
  state_.epoch_batch = 0;
  state_.epoch_loss = 0;
  state_.epoch_rows = 0;
  state_.epoch_seconds = 0;
  state_.trained = done();
  std::fill(state_.epoch_confusion.begin(), state_.epoch_confusion.end(), 0);

  on_rank_zero(comm_, [&] {
    const at::Tensor weights = workers_->on_host(trainer_->settled_parameters().flat());
    record_->write_epoch(report, model_->layout().tensors(weights));
  });
  save();
  // After the checkpoint, which holds the best weights too: a kill in between loses nothing, since a resumed run writes this file again.
  on_rank_zero(comm_, [&] {
    if (observer_.saves_each_best()) write_best();
    record_->announce_epoch(report);
  });
}

/// @return whether a rank was asked to stop
bool TrainingRun::train_epoch() {
  order_ = epoch_order(train_rows_, config_.seed, state_.epoch);
  launched_ = state_.epoch_batch;
  bool stop = false;
  while (!stop && launched_ < steps_per_epoch_ && (config_.max_steps == 0 || trainer_->steps_done() < config_.max_steps)) {
    stop = step();
    if (!stop && config_.checkpoint_every > 0 && trainer_->steps_done() % config_.checkpoint_every == 0) {
      stop = finish_steps();
      if (!stop) save();
    }
  }
  stop = finish_steps() || stop;
  if (stop) {
    save();
    return true;
  }
  end_epoch();
  return stop_after_epoch(state_.last->epoch);
}

nlohmann::json TrainingRun::result(const char* status, const nlohmann::json& error) {
  DeviceStream* const stream = workers_->stream();
  std::array<std::int64_t, 2> peaks = {peak_memory_bytes(), stream == nullptr ? 0 : stream->memory().peak};
  comm_.all_reduce_max(peaks);
  nlohmann::json result = training_result(config_, identity_, state_, *model_, status, error);
  result["ranks"] = comm_.size();
  result["peak_memory_bytes"] = peaks[0];
  result["peak_device_memory_bytes"] = stream == nullptr ? nlohmann::json() : nlohmann::json(peaks[1]);
  if (const auto graphs = trainer_->uses_graphs()) result["graphs"] = *graphs;
  result["peak_share"] = nullptr;
  if (peak_tokens_per_second_ > 0) result["peak_share"] = result["tokens_per_second"].get<double>() / peak_tokens_per_second_;
  return result;
}

/// @param name  for messages, of this pass
Evaluation TrainingRun::evaluate_split(const Split& split, std::span<const std::uint32_t> rows, std::string_view split_name,
                                       std::string_view name, const std::atomic<bool>* stop) {
  const auto progress = [&](std::int64_t done, std::int64_t all) { observer_.on_evaluation(split_name, done, all); };
  return evaluate(comm_, *workers_, *model_, trainer_->settled_parameters(), split, rows, name, progress, stop);
}

/// The last passes: train with the final and the best weights, then, once, test with the best ones.
void TrainingRun::add_final_metrics(nlohmann::json& result) {
  const Stopwatch watch;
  const auto train_metrics = [&](std::string_view name) {
    return to_json(evaluate_split(corpus_.train, train_rows_, "train", name, &stop_).metrics);
  };
  result["final"]["train"] = train_metrics("train with the final weights");
  result["best"]["train"] = result["final"]["train"];
  if (state_.best->epoch != state_.last->epoch) {
    trainer_->settled_parameters().flat().copy_(best_);
    trainer_->settled_parameters().refresh_compute();
    result["best"]["train"] = train_metrics("train with the best weights");
  }
  if (identity_.test_split && corpus_.test.rows() > 0) {
    Evaluation test = evaluate_split(corpus_.test, all_rows(corpus_.test), "test", "test", &stop_);
    result["test"] = to_json(test.metrics);
    on_rank_zero(comm_, [&] {
      write_predictions(identity_.folder / "predictions_test.csv", corpus_.test,
                        {.metrics = test.metrics,
                         .logits = std::move(test.logits),
                         .classes = static_cast<std::size_t>(model_->classes()),
                         .hidden = {}});
    });
  }
  state_.eval_seconds += watch.seconds();
  result["eval_seconds"] = state_.eval_seconds;
}

TrainOutcome TrainingRun::run() {
  start();
  TrainOutcome outcome;
  try {
    if (stop_after_resumed_epochs()) outcome.status = TrainStatus::interrupted;
    while (outcome.status == TrainStatus::done && !done()) {
      if (train_epoch()) outcome.status = TrainStatus::interrupted;
    }
    outcome.result = result("done", nullptr);
    if (outcome.status == TrainStatus::done && stops_early(state_, config_.patience)) {
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
    if (end && observer_.keeps_weights(*end)) write_best();
    record_->write_result(result);
  });
}

void TrainingRun::say(const std::string& line) {
  if (record_) record_->say(line);
}

}  // namespace agsweep
