#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace agsweep {

/// In place of a step, for a job of many trainings: each goes on from a checkpoint of its own.
constexpr std::int64_t checkpoints_of_trials = -2;

/// Where a rank stands: written by the thread that works, read by its watchdog.
class Progress {
 public:
  struct Place {
    std::uint64_t counter = 0;     // goes up wherever work advances
    bool waiting = false;          // for another rank
    std::int64_t number = -1;      // that completes the phase: a step's, a batch's; below 0: none
    std::int64_t checkpoint = -1;  // the last one's step; below 0: none yet, or checkpoints_of_trials
    std::string phase = "the start";
  };

  void at(std::string_view phase, std::int64_t number) {
    const std::lock_guard lock(mutex_);
    place_.phase = phase;
    place_.number = number;
    ++place_.counter;
  }
  void start_waiting() {
    const std::lock_guard lock(mutex_);
    place_.waiting = true;
  }
  /// An answer came: that, too, is progress.
  void end_waiting() {
    const std::lock_guard lock(mutex_);
    place_.waiting = false;
    ++place_.counter;
  }
  void checkpointed(std::int64_t step) {
    const std::lock_guard lock(mutex_);
    place_.checkpoint = step;
  }
  Place place() const {
    const std::lock_guard lock(mutex_);
    return place_;
  }

 private:
  mutable std::mutex mutex_;
  Place place_;
};

/// "the all-reduce of step 812", or "the start" where there is no number.
std::string describe(std::string_view phase, std::int64_t number);

}  // namespace agsweep
