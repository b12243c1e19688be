#pragma once

#include <algorithm>  // std::nth_element
#include <cstddef>
#include <optional>
#include <vector>

#include "workers/train/config.hpp"  // GraphsMode

namespace agsweep {

/// Whether a training's steps run as recorded graphs. "auto" tries both in the first steps and takes what is faster on the device at hand:
/// a graph spares the host's launches, but its recording costs, and a device that the launches keep busy gains nothing.
class GraphChoice {
 public:
  explicit GraphChoice(GraphsMode mode) {
    if (mode != GraphsMode::automatic) decided_ = mode == GraphsMode::on;
  }

  /// Whether the next step shall run as a graph.
  bool uses_graphs() const { return decided_.value_or(launched_.size() >= samples); }
  std::optional<bool> decided() const { return decided_; }

  /// Tells how long a step took. Not of steps that set something up: the first of a size, and those in which a graph was recorded.
  void measured(bool as_graph, double seconds) {
    if (decided_) return;
    std::vector<double>& list = as_graph ? replayed_ : launched_;
    if (list.size() < samples) list.push_back(seconds);
    if (launched_.size() == samples && replayed_.size() == samples) decided_ = median(replayed_) < median(launched_);
  }

  static constexpr std::size_t samples = 9;  // steps of each kind

 private:
  static double median(std::vector<double> list) {
    std::nth_element(list.begin(), list.begin() + samples / 2, list.end());
    return list[samples / 2];
  }

  std::optional<bool> decided_;
  std::vector<double> launched_;  // seconds of steps that were launched one kernel after the other
  std::vector<double> replayed_;
};

}  // namespace agsweep
