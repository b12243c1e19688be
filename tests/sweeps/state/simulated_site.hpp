#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>  // std::pair
#include <vector>

#include "base/philox.hpp"
#include "sweeps/state/sweep_site.hpp"
#include "sweeps/state/sweep_state.hpp"
#include "tests/sweeps/state/sweep_simulation.hpp"

namespace agsweep::testing_support {

inline void require(bool holds, const std::string& otherwise) {
  if (!holds) throw Violation(otherwise);
}

/// The whole job is gone.
struct Killed {};
struct LockLost {};

/// One write failed.
struct WriteFailure {
  bool full;
};

/// What outlives a job.
struct SimulatedWorld {
  const SimulatedSweep& sweep;
  const SimulatedRun& how;
  SimulatedDisk& disk;
  PhiloxStream random;
  TrialModel model;
  double clock = 0;
  std::int64_t jobs = 0;

  bool chance(double share) { return share > 0 && random.next_unit() < share; }
  bool fault(double share) {
    if (disk.faults >= how.most_faults || !chance(share)) return false;
    ++disk.faults;
    return true;
  }
};

/// A job's lock, journal, files and mailbox, and what befalls them.
class SimulatedSite : public SweepSite {
 public:
  explicit SimulatedSite(SimulatedWorld& world);

  double seconds() override { return world_.clock; }
  std::string utc() override;
  void keep_lock() override {
    if (world_.disk.lock != id_) throw LockLost();
  }
  void append(std::span<const std::string> lines) override;
  const std::vector<WaitingTrial>& waiting() override { return trials_.waiting(); }
  std::vector<Mail> mail() override;
  void remove_mail(const std::string& name) override;
  void set_mail_aside(const std::string& name, std::string_view why) override;
  TrialFacts facts(std::int64_t trial) override { return {.seconds = 0, .config_hash = "", .done = folder(trial).done, .error = ""}; }
  bool has_weights(std::int64_t trial) override { return folder(trial).weights; }
  void remove_weights(std::int64_t trial) override;
  void remove_checkpoints(std::int64_t trial) override;
  void remove_older_checkpoints(std::int64_t /*trial*/) override {}
  void write_results(const std::map<std::int64_t, TrialFacts>& facts) override;

 protected:
  SimulatedFolder& folder(std::int64_t trial) { return world_.disk.folders[trial]; }
  /// A file changes: as every writer does, after a look at the lock.
  void change();
  /// Somebody asks something of the sweep: by mail, or as Optuna does. @return whether it did
  bool is_asked();

  SimulatedWorld& world_;
  std::int64_t id_;
  SweepState state_;
  std::set<std::pair<std::int64_t, std::int64_t>> journaled_;  // trial and epoch

 private:
  template <typename T>
  void remove(T& what, T nothing);
  void note_report(const std::string& line);
  std::string request();

  JournalTrials trials_;
};

}  // namespace agsweep::testing_support
