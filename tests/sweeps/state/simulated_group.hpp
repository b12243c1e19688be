#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>  // std::FILE
#include <deque>
#include <string>
#include <tuple>

#include "sweeps/state/group_protocol.hpp"

namespace agsweep::testing_support {

/// A group of a simulated job, as it stands.
struct SimulatedGroup {
  enum class Doing { asks, prepares, trains, waits, leaves, evaluates, gone };
  Doing doing = Doing::asks;
  std::int64_t trial = -1;
  std::int64_t behind = 0;    // epochs that its checkpoint has behind it
  std::int64_t asked = 0;     // the epoch whose answer it waits for
  std::int64_t answered = 0;  // epochs, as the order said
  int steps = 0;              // of the epoch under way that are to come
  bool keep_when_done = false;
  bool keep_when_left = false;
  bool told_to_leave = false;             // by an order, not a signal
  bool to_leave_now = false;              // after the step under way
  std::deque<GroupMessage> sent = {};     // on their way to the coordinator
  std::deque<GroupOrder> coming = {};     // on their way to it
  std::deque<GroupOrder> inbox = {};      // that it has not looked at
  double last_sent = 0, last_coming = 0;  // when the last of each arrives
};

/// What happens at a time.
struct SimulatedEvent {
  enum class Kind { message, order, work, poll, end_of_all };
  double time;
  std::int64_t sequence;  // of equal times the first
  Kind kind;
  std::size_t group;
  bool operator>(const SimulatedEvent& other) const { return std::tie(time, sequence) > std::tie(other.time, other.sequence); }
};

/// Prints a line on what happens to a group, as it stood before. @param when  time and job
void tell(std::FILE* trace, const std::string& when, const SimulatedEvent& event, const SimulatedGroup& group);

}  // namespace agsweep::testing_support
