#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "orchestrator/sweep/group_link.hpp"
#include "orchestrator/sweep/sweep_progress.hpp"
#include "orchestrator/sweep/trial_files.hpp"
#include "sweeps/journal/journal_file.hpp"
#include "sweeps/journal/sweep_lock.hpp"
#include "sweeps/state/dispatcher.hpp"

namespace agsweep {

/// Rank 0's owner of a sweep: hears its groups, has the dispatcher decide, puts the decisions into the journal, and only then tells them.
/// For one thread.
class Coordinator final : public Coordination {
 public:
  struct Options {
    std::filesystem::path folder;  // SWEEP
    int groups = 1;
    std::int64_t workers = 1;  // logical ones
    bool deterministic = false;
    std::function<void()> lock_lost;  // ends the job at once: another process may already write to the folder
  };

  /// @param state  after its replay
  Coordinator(SweepState& state, Journal journal, SweepLock& lock, SweepProgress& progress, Options options);

  void hear(const GroupMessage& message) override;
  std::vector<GroupOrder> decide() override;

  bool interrupted() const { return stopping_; }

 private:
  void take(int group, const GroupMessage::WantsWork& what);
  void take(int group, const GroupMessage::Progress& progress);
  void take(int group, const GroupMessage::Reported& report);
  void take(int group, const GroupMessage::Ended& end);
  void take(int group, const GroupMessage::Failed& failure);
  void take(int group, const GroupMessage::StopAsked& what);
  void leave(std::int64_t trial);
  void keep_lock();
  void commit();
  void send_answers(std::vector<GroupOrder>& orders, const std::vector<std::pair<std::int64_t, Answer>>& answers);
  void send_work(std::vector<GroupOrder>& orders);
  void tidy();
  void close();
  void save_results();

  SweepState& state_;
  Journal journal_;
  SweepLock& lock_;
  SweepProgress& progress_;
  Options options_;
  Dispatcher dispatcher_;
  DiskKeeper disk_;
  std::map<std::int64_t, TrialFacts> facts_;
  std::map<std::int64_t, int> group_of_;  // trials in a group's hands
  std::set<std::int64_t> untidy_;         // trials that have left one, or ended there
  std::deque<int> idle_;                  // groups that want work, the first to ask first
  bool news_ = true;                      // something to decide
  bool stopping_ = false;
  bool told_stop_ = false;
  bool closed_ = false;
  bool results_stale_ = true;
  double next_bump_ = 0;
  double next_results_ = 0;
};

}  // namespace agsweep
