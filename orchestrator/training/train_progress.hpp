#pragma once

#include <functional>
#include <string>

#include "orchestrator/terminal/progress_display.hpp"
#include "workers/train/train.hpp"  // TrainObserver

namespace agsweep {

/// Shows a training's steps, evaluations and epochs on rank 0's stderr.
class TrainProgress final : public TrainObserver {
 public:
  /// @param display  outlives this
  /// @param metric   what makes an epoch the best
  /// @param before_write  as TrainObserver has it
  TrainProgress(ProgressDisplay& display, std::int64_t epochs, Metric metric, std::function<void()> before_write = {});

  void on_start(std::int64_t total_steps, std::int64_t steps_per_epoch, std::int64_t done_steps) override;
  void on_step(const StepReport& report) override;
  void on_evaluation(std::string_view split, std::int64_t done_batches, std::int64_t batches) override;
  void on_epoch(const EpochReport& report) override;
  void on_message(std::string_view line) override { display_.message(line); }
  void before_write() override {
    if (before_write_) before_write_();
  }

  /// The last step reported, or the one that a resumed run begins after.
  std::int64_t step() const { return step_; }

 private:
  ProgressDisplay& display_;
  std::int64_t epochs_;
  Metric metric_;
  std::function<void()> before_write_;
  std::int64_t total_steps_ = 0;
  std::int64_t steps_per_epoch_ = 1;
  std::int64_t step_ = 0;
  std::string evaluated_;   // the split under evaluation; empty while training
  std::string last_value_;  // "  val.f1_macro 0.9123" of the last epoch
};

}  // namespace agsweep
