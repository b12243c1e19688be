#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "sweeps/space/parameter.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// What a group's leader tells the coordinator. Groups are numbered from 0 over the job; with --trials-per-rank each thread is one.
struct GroupMessage {
  struct WantsWork {
    bool operator==(const WantsWork&) const = default;
  };
  /// For the display.
  struct Progress {
    std::int64_t trial;
    std::int64_t epoch;
    std::int64_t step;
    std::int64_t total_steps;
    double loss;
    bool operator==(const Progress&) const = default;
  };
  /// An epoch has ended, its checkpoint is on the disk: an order answers.
  struct Reported {
    std::int64_t trial;
    std::int64_t epoch;
    double value;  // of the metric
    std::string config_hash;
    bool operator==(const Reported&) const = default;
  };
  /// The trial is in the group's hands no more: its result.json is written, or it has stopped with a checkpoint, as it was told.
  struct Ended {
    std::int64_t trial;
    bool done;
    double seconds;  // of training and evaluation so far
    std::string config_hash;
    bool operator==(const Ended&) const = default;
  };
  struct Failed {
    std::int64_t trial;
    std::string reason;
    bool retry;  // another try may help
    bool operator==(const Failed&) const = default;
  };
  /// Somebody signalled the process.
  struct StopAsked {
    bool operator==(const StopAsked&) const = default;
  };

  int group = 0;
  std::variant<WantsWork, Progress, Reported, Ended, Failed, StopAsked> what;

  bool operator==(const GroupMessage&) const = default;
};

/// What the coordinator tells a group's leader.
struct GroupOrder {
  /// This trial, from its checkpoint where it has one.
  struct Train {
    std::int64_t trial;
    std::int64_t seed;
    Point point;
    bool operator==(const Train&) const = default;
  };
  /// With the trial that reported.
  struct GoOn {
    bool keep;  // its weights are worth a file when it is done
    bool operator==(const GoOn&) const = default;
  };
  /// The trial that reported, and ask for another.
  struct Leave {
    bool keep;  // its weights are worth a file now
    bool operator==(const Leave&) const = default;
  };
  /// The sweep has ended.
  struct Finish {
    bool operator==(const Finish&) const = default;
  };
  /// The sweep was interrupted.
  struct Stop {
    bool operator==(const Stop&) const = default;
  };
  /// The coordinator has failed: it hears nothing more.
  struct Abandoned {
    bool operator==(const Abandoned&) const = default;
  };

  int group = 0;
  std::variant<Train, GoOn, Leave, Finish, Stop, Abandoned> what;

  bool operator==(const GroupOrder&) const = default;
};

/// What a group's leader tells its ranks.
struct GroupTask {
  /// There is no order yet.
  struct Wait {};
  struct Train {
    std::int64_t trial;
    TrainConfig config;  // `resume`: where the trial's folder holds a run
    bool own_threads;    // a rank's threads are its own to choose
  };
  struct End {};

  std::variant<Wait, Train, End> what;
};

/// What travels between ranks.
std::string encoded(const GroupMessage& message);
std::string encoded(const GroupOrder& order);
std::string encoded(const GroupTask& task);

/// @tparam T  GroupMessage, GroupOrder or GroupTask @throws RunTimeError for what encoded() did not write of a T
template <typename T>
T decoded(const std::string& text);

}  // namespace agsweep
