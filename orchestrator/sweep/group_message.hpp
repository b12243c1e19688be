#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "sweeps/state/group_protocol.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

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
