#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "sweeps/state/group_protocol.hpp"
#include "workers/comm/control_channel.hpp"

namespace agsweep {

/// A rank's thread for messages between its groups and the coordinator: it never computes, so training never waits for a message, nor a
/// message for training. On rank 0 it drives the coordinator too.
class GroupLink {
 public:
  /// @param leaders       by group: the rank that speaks for it
  /// @param coordination  on rank 0; null elsewhere. Used by the link's thread alone while the link lives
  /// @param signalled     set by a signal handler: then the whole sweep stops
  GroupLink(std::unique_ptr<ControlChannel> channel, std::vector<int> leaders, Coordination* coordination,
            const std::atomic<bool>& signalled);
  /// Collective in effect: call it when every group has been told finish or stop.
  ~GroupLink();
  GroupLink(const GroupLink&) = delete;
  GroupLink& operator=(const GroupLink&) = delete;

  /// Never waits. Safe from several threads, as is wait_for.
  void post(GroupMessage message);
  /// The group's next order; abandoned, from then on, after failure(). @return nullopt when none comes within the time
  std::optional<GroupOrder> wait_for(int group, double seconds);

  /// A group's training ends when this is set: by a signal here, the coordinator's stop, or its order to leave the trial that the group
  /// was ordered to train last. @param group  one of this rank
  const std::atomic<bool>& stop(int group);
  /// What ended the coordinator, or MPI; null while all is well.
  std::exception_ptr failure();

 private:
  void serve();
  bool exchange();
  bool coordinate(const std::deque<GroupMessage>& own);
  bool forward(const std::deque<GroupMessage>& own);
  void deliver(GroupOrder order);
  void fail();
  void stop_all();

  /// A group of this rank.
  struct Group {
    std::deque<GroupOrder> inbox;
    std::int64_t trial = -1;  // that it was ordered to train last
    std::atomic<bool> stop = false;
  };

  std::unique_ptr<ControlChannel> channel_;
  std::vector<int> leaders_;
  Coordination* coordination_;
  const std::atomic<bool>& signalled_;
  bool told_signal_ = false;

  std::mutex mutex_;
  std::condition_variable posted_;
  std::condition_variable ordered_;
  std::deque<GroupMessage> outbox_;
  std::map<int, Group> groups_;
  bool stopped_ = false;
  bool abandoned_ = false;
  bool closing_ = false;
  std::exception_ptr failure_;
  std::jthread thread_;
};

}  // namespace agsweep
