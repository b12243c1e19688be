#pragma once

#include <cstdint>
#include <string>

#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// What a group's leader tells the coordinator. Groups are numbered from 0 over the job; with --trials-per-rank each thread is one.
struct GroupMessage {
  enum class Kind {
    wants_work,
    progress,  // for the display
    reported,  // an epoch has ended, its checkpoint is on the disk: an order answers
    done,      // the trial's result.json is written
    left,      // the trial has stopped with a checkpoint, as it was told
    failed,
    stop_asked,  // somebody signalled the process
  };
  Kind kind = Kind::wants_work;
  int group = 0;
  std::int64_t trial = -1;
  std::int64_t epoch = 0;        // of reported and progress
  std::int64_t step = 0;         // of progress
  std::int64_t total_steps = 0;  // of progress
  double value = 0;              // the metric of reported, the loss of progress
  double seconds = 0;            // of training and evaluation so far, of done and left
  std::string text = {};         // the reason of failed; the config_hash of reported, done and left
  bool retry = false;            // of failed: another try may help
};

/// What the coordinator tells a group.
struct GroupOrder {
  enum class Kind {
    train,      // this trial, from its checkpoint where it has one
    go_on,      // with the trial that reported
    leave,      // it, and ask for another
    finish,     // the sweep has ended
    stop,       // the sweep was interrupted
    abandoned,  // the coordinator has failed: it hears nothing more
  };
  Kind kind = Kind::train;
  int group = 0;
  std::int64_t trial = -1;
  std::int64_t seed = 0;  // of train
  Point point = {};       // of train
  bool keep = false;      // the weights are worth a file: of go_on, when the trial is done; of leave, now
};

std::string to_text(const GroupMessage& message);
std::string to_text(const GroupOrder& order);
/// @throws RunTimeError for what to_text did not write
GroupMessage group_message(const std::string& text);
GroupOrder group_order(const std::string& text);

}  // namespace agsweep
