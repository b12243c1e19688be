#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "sweeps/space/parameter.hpp"

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
  /// Nor is this one.
  struct Failed {
    std::int64_t trial;
    std::string reason;
    bool retry;            // another try may help
    bool no_room = false;  // nothing can be written any more, whatever trial comes next
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
    std::int64_t epochs;  // that the journal has: later ones are to be reported, also those that the checkpoint has behind it
    Point point;
    bool operator==(const Train&) const = default;
  };
  /// With the trial that reported.
  struct GoOn {
    std::int64_t trial;
    bool keep;  // its weights are worth a file when it is done
    bool operator==(const GoOn&) const = default;
  };
  /// The trial, after the step under way where it has not reported, and ask for another. May come when the group has left it already.
  struct Leave {
    std::int64_t trial;
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

/// Who hears the groups and gives them orders.
class Coordination {
 public:
  virtual ~Coordination() = default;
  virtual void hear(const GroupMessage& message) = 0;
  /// Called every few milliseconds, after the messages that had come. @return orders, each for its group
  virtual std::vector<GroupOrder> decide() = 0;
};

}  // namespace agsweep
