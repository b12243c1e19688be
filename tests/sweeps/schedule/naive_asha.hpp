#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>  // std::move
#include <vector>

namespace agsweep {

/// ASHA's rule in its plainest form, to compare AshaScheduler with: every question sorts a whole rung.
class NaiveAsha {
 public:
  NaiveAsha(std::vector<std::int64_t> rungs, std::int64_t eta) : rungs_(std::move(rungs)), eta_(eta) {}

  /// @return whether the trial goes on
  bool report(std::int64_t trial, std::int64_t epoch, double score);
  std::optional<std::int64_t> promotable() const;
  std::optional<std::int64_t> last_promotable() const;
  void promote(std::int64_t trial) { trials_.at(trial).paused = false; }
  void complete(std::int64_t trial) { trials_.at(trial).complete = true; }
  void retire(std::int64_t trial, bool failed);

 private:
  struct Trial {
    std::vector<double> scores;  // of each epoch
    bool paused = false;
    bool complete = false;
  };
  std::vector<std::int64_t> ranked(std::int64_t rung) const;
  std::vector<std::int64_t> paused_at(std::int64_t rung) const;
  std::int64_t share(std::int64_t rung) const;

  std::vector<std::int64_t> rungs_;
  std::int64_t eta_;
  std::map<std::int64_t, Trial> trials_;  // failed ones left out
};

}  // namespace agsweep
