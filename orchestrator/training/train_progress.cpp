#include "orchestrator/training/train_progress.hpp"

#include <utility>  // std::move

#include <fmt/format.h>

#include "base/system.hpp"  // duration_text

namespace agsweep {

TrainProgress::TrainProgress(ProgressDisplay& display, std::int64_t epochs, Metric metric, std::function<void()> before_write)
    : display_(display), epochs_(epochs), metric_(metric), before_write_(std::move(before_write)) {}

void TrainProgress::on_start(std::int64_t total_steps, std::int64_t steps_per_epoch, std::int64_t done_steps) {
  total_steps_ = total_steps;
  steps_per_epoch_ = steps_per_epoch;
  step_ = done_steps;
  display_.begin("train", "steps", total_steps, done_steps);
}

void TrainProgress::on_step(const StepReport& report) {
  if (!evaluated_.empty()) display_.begin("train", "steps", total_steps_, step_);
  evaluated_.clear();
  step_ = report.step;
  std::string detail =
      fmt::format("epoch {}/{}  loss {:.4f}{}", (report.step - 1) / steps_per_epoch_ + 1, epochs_, report.loss, last_value_);
  if (report.device_memory > 0) detail += fmt::format("  GPU {:.1f} GB", static_cast<double>(report.device_memory) / 1e9);
  display_.update(report.step, detail);
}

void TrainProgress::on_evaluation(std::string_view split, std::int64_t done_batches, std::int64_t batches) {
  if (evaluated_ != split) display_.begin(fmt::format("evaluate {}", split), "batches", batches, done_batches);
  evaluated_ = split;
  display_.update(done_batches);
}

void TrainProgress::on_epoch(const EpochReport& report) {
  last_value_ = fmt::format("  {} {:.4f}", to_word(metric_), metric_value(report.val, metric_));
  display_.news(fmt::format("epoch {}/{}  train loss {:.4f}  val loss {:.4f}  accuracy {:.4f}{}  {}{}", report.epoch, epochs_,
                            report.train.loss, report.val.loss, report.val.accuracy, metric_ == Metric::accuracy ? "" : last_value_,
                            duration_text(report.train_seconds + report.val_seconds), report.best ? "  best so far" : ""));
}

}  // namespace agsweep
