#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>  // std::pair
#include <vector>

#include "sweeps/state/disk_keeper.hpp"
#include "sweeps/state/dispatcher.hpp"
#include "sweeps/state/group_protocol.hpp"
#include "sweeps/state/sweep_site.hpp"

namespace agsweep {

/// Rank 0's owner of a sweep: hears its groups, has the dispatcher decide, puts the decisions into the journal, and only then tells them.
/// For one thread.
class Coordinator final : public Coordination {
 public:
  struct Options {
    int groups = 1;
    std::int64_t workers = 1;  // logical ones
    bool deterministic = false;
    double seconds = 0;     // after so many no trial begins, and all that run are left; 0: no limit
    std::string lock = {};  // the token by which a stop means this process
  };
  enum class Stop { none, signal, request, time_budget };

  /// @param state  after its replay
  /// @param site   outlives this, as does `state`
  Coordinator(SweepState& state, SweepSite& site, const Options& options);

  /// @throws RunTimeError where a group can write nothing any more; what the site throws
  void hear(const GroupMessage& message) override;
  std::vector<GroupOrder> decide() override;

  /// What ended the sweep before its end.
  Stop stop() const { return stop_; }
  bool interrupted() const { return stop_ != Stop::none; }
  /// Complete trials whose last evaluation failed, and why: what it needs stays, and a new process does it again.
  const std::map<std::int64_t, std::string>& unfinished() const { return dispatcher_.unfinished(); }

 private:
  void take(int group, const GroupMessage::WantsWork& what);
  void take(int group, const GroupMessage::Progress& progress);
  void take(int group, const GroupMessage::Reported& report);
  void take(int group, const GroupMessage::Ended& end);
  void take(int group, const GroupMessage::Failed& failure);
  void take(int group, const GroupMessage::StopAsked& what);
  void leave(std::int64_t trial);
  bool is_over(std::int64_t trial) const;
  void conclude();
  void commit();
  void look_around(std::vector<GroupOrder>& orders, bool now);
  void read_mail(std::vector<GroupOrder>& orders);
  void obey(const Mail& mail, std::vector<std::int64_t>& to_leave);
  void stop(Stop why);
  bool at_end() const;
  const char* no_more_trials() const;
  void send_answers(std::vector<GroupOrder>& orders, const std::vector<std::pair<std::int64_t, Answer>>& answers);
  void send_work(std::vector<GroupOrder>& orders);
  void tidy();
  void close();
  void save_results();

  SweepState& state_;
  SweepSite& site_;
  Options options_;
  Dispatcher dispatcher_;
  DiskKeeper disk_;
  std::map<std::int64_t, TrialFacts> facts_;
  std::map<std::int64_t, int> group_of_;  // trials in a group's hands
  std::set<std::int64_t> untidy_;         // trials that have left one, or ended there
  std::deque<int> idle_;                  // groups that want work, the first to ask first
  bool news_ = true;                      // something to decide
  double begun_;
  double next_look_ = 0;
  Stop stop_ = Stop::none;
  bool told_stop_ = false;
  bool closed_ = false;
  bool results_stale_ = true;
  double next_results_ = 0;
};

}  // namespace agsweep
