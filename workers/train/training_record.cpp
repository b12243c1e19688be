#include "workers/train/training_record.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "workers/safetensors/sealed.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// The options are those that the checkpoint was trained with.
void check_config(const RunIdentity& run, const ProgressState& progress) {
  const auto found = progress.seals.find("config.toml");
  if (found == progress.seals.end() || *found == run.config_seal) return;
  throw DataError(
      "{}: not the options that the checkpoint of step {} was trained with, by the seal in it: the file was changed or damaged; put it "
      "back "
      "as it was, or start a new run from RUN/model.safetensors by --init",
      (run.folder / "config.toml").string(), progress.step);
}

const fs::path& begun_folder(const RunIdentity& run, TrainObserver& observer, const ProgressState& progress) {
  check_config(run, progress);
  observer.before_write();
  make_folder(run.folder);
  write_file_atomically(run.folder / "config.toml", run.config);
  make_folder(run.folder / "checkpoints");
  return run.folder;
}

}  // namespace

TrainingRecord::TrainingRecord(const TrainConfig& config, const RunIdentity& run, TrainObserver& observer, const ProgressState& progress,
                               std::int64_t total_steps)
    : config_(config),
      identity_(run),
      observer_(observer),
      total_steps_(total_steps),
      folder_(begun_folder(run, observer, progress),
              {.tensorboard = config.tensorboard, .metric = config.metric, .hparams = run.hparams, .repair = run.repair}, progress.step,
              progress.epoch - 1, progress.seals) {
  fsync_folder(run.folder);
}

void TrainingRecord::say(const std::string& line) {
  folder_.log(line);
  observer_.on_message(line);
}

void TrainingRecord::write_step(const StepReport& report) {
  try {
    observer_.before_write();
    folder_.write_step(report);
    if (report.step % config_.log_every == 0) {
      folder_.log(fmt::format("step {} of {}: loss {:.4f}, gradient norm {:.3g}, lr {:.3g}, {:.0f} tokens/s", report.step, total_steps_,
                              report.loss, report.grad_norm, report.lr, report.tokens_per_second));
    }
  } catch (...) {
    step_failure_ = std::current_exception();
  }
  observer_.on_step(report);
}

void TrainingRecord::write_epoch(const EpochReport& report, std::span<const TensorBytes> parameters) {
  observer_.before_write();
  folder_.write_epoch(report);
  folder_.write_hashes(report.epoch, parameters);
}

void TrainingRecord::announce_epoch(const EpochReport& report) {
  folder_.log(fmt::format("epoch {}: validation loss {:.4f}, accuracy {:.4f}, macro F1 {:.4f}{}", report.epoch, report.val.loss,
                          report.val.accuracy, report.val.f1_macro, report.best ? ", the best so far" : ""));
  observer_.on_epoch(report);
}

void TrainingRecord::write_weights(std::int64_t epoch, std::span<const TensorBytes> weights) {
  if (written_epoch_ == epoch && fs::exists(identity_.folder / "model.safetensors")) return;
  observer_.before_write();
  written_epoch_ = epoch;
  write_sealed_safetensors(identity_.folder / "model.safetensors", weights,
                           {{"format", "pt"}, {"model", std::string(to_word(config_.model))}, {"epoch", std::to_string(epoch)}});
}

nlohmann::json TrainingRecord::sync() {
  if (step_failure_) std::rethrow_exception(step_failure_);
  observer_.before_write();
  folder_.sync();
  nlohmann::json seals = folder_.seals();
  if (!identity_.config_seal.empty()) seals["config.toml"] = identity_.config_seal;
  return seals;
}

void TrainingRecord::write_result(nlohmann::json& result) {
  observer_.before_write();
  folder_.sync();
  const fs::path config = identity_.folder / "config.toml";
  if (!fs::exists(config)) throw RunTimeError("{}: it has gone since the run wrote it", config.string());
  folder_.write_result(result);
}

nlohmann::json training_result(const TrainConfig& config, const RunIdentity& run, const ProgressState& progress, const Model& model,
                               const char* status, const nlohmann::json& error) {
  const auto entry = [&](const std::optional<EpochScore>& val) {
    if (!val) return nlohmann::json();
    nlohmann::json json = {{"epoch", val->epoch}, {"train", nullptr}, {"val", to_json(val->metrics(model.classes()))}};
    if (val->loss_error) json["val_loss_standard_error"] = *val->loss_error;
    return json;
  };
  nlohmann::json result = run.environment;
  result.update({{"status", status},
                 {"error", error},
                 {"model", to_word(config.model)},
                 {"params_total", model.total_count()},
                 {"params_trainable", model.layout().count()},
                 {"epochs_completed", progress.epoch - 1},
                 {"best", entry(progress.best)},
                 {"final", entry(progress.last)},
                 {"test", nullptr},
                 {"train_seconds", progress.train_seconds},
                 {"eval_seconds", progress.eval_seconds},
                 {"tokens_per_second", progress.train_seconds > 0 ? static_cast<double>(progress.tokens) / progress.train_seconds : 0},
                 {"shards", config.shards},
                 {"threads", config.threads},
                 {"reduction", to_word(config.reduction)},
                 {"precision", to_word(config.precision)},
                 {"seed", config.seed},
                 {"command", run.command},
                 {"config_hash", run.config_hash},
                 {"config_seal", run.config_seal},
                 {"data_sha256", run.data_sha256}});
  return result;
}

}  // namespace agsweep
